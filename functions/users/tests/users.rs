//! The states of a profile in the user service, through the function's router over the local AWS.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use aviary_auth::digest;
use aviary_localaws::LocalAws;
use aviary_model::{Alias, Bio, SessionId, Timestamp, TokenId, UserId, Username};
use aviary_runtime::{OsEntropy, Settings, Start, SystemClock};
use aviary_store::{
    Accounts, AccountsTable, Credentials, CredentialsTable, Db, Profile, Profiles, Registration, ServiceProfile,
    SessionOpening, SignIn, SocialTable, User,
};
use aviary_web::{Client, Layers, Served};
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use test_support::{LOCAL_MEDIA_BUCKET, sdk_config, start_local_aws, table};
use tower::ServiceExt;
use users_function::{UsersParts, routes};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

struct Fixture {
    served: Served,
    accounts: Accounts,
    credentials: Credentials,
    profiles: Profiles,
    _local: LocalAws,
}

/// A user who is signed in with a device token.
struct SignedIn {
    id: UserId,
    token: String,
}

impl Fixture {
    async fn start() -> Self {
        let local = start_local_aws();
        let aws = sdk_config("local", &local);
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let settings = [
            ("AVIARY_CREDENTIALS_TABLE", table("CredentialsTable")),
            ("AVIARY_SOCIAL_TABLE", table("SocialTable")),
            ("AVIARY_AUDIT_LOG_GROUP", "audit".to_owned()),
            ("AVIARY_FEED_TABLE", table("FeedTable")),
            ("AVIARY_MEDIA_BUCKET", LOCAL_MEDIA_BUCKET.to_owned()),
            ("AVIARY_MEDIA_URL", "https://media.example.com".to_owned()),
        ];
        let settings = Settings::of(settings.map(|(name, value)| (name.to_owned(), value))).unwrap();
        let start = Start { settings, aws: sdk_config("local-users", &local), clock, entropy: entropy.clone() };
        let db = Db::new(&aws, entropy.clone());
        let layers = Layers::of(&start.settings).unwrap();
        Self {
            served: layers.around(routes().into_router(Arc::new(UsersParts::new(&start).await.unwrap())), entropy),
            accounts: Accounts::new(&AccountsTable::new(&db, &table("AccountsTable"))),
            credentials: Credentials::new(&CredentialsTable::new(&db, &table("CredentialsTable"))),
            profiles: Profiles::new(&SocialTable::new(&db, &table("SocialTable"))),
            _local: local,
        }
    }

    async fn sign_up(&self, name: &str) -> SignedIn {
        let id = UserId::new(NOW, &OsEntropy).unwrap();
        let username = Username::parse(name).unwrap();
        let password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned();
        let user = User::new(id, username.clone(), None, password, NOW);
        // 40 hex digits.
        let token: String = random().chars().chain(random().chars()).take(40).collect();
        let opening = SessionOpening {
            user: id,
            epoch: 0,
            now: NOW,
            address: "192.0.2.7".to_owned(),
            user_agent: "tests".to_owned(),
        };
        let sid = SessionId::new(NOW, &OsEntropy).unwrap();
        let sign_in = SignIn::new(&self.credentials, opening).with_device_token(sid, &digest(&token), &[]).unwrap();
        let mut profile = Profile::new(id, username, NOW);
        profile.alias = Alias::parse("An alias").unwrap();
        let registration = Registration::new(&self.accounts, &self.credentials, &self.profiles, user, profile);
        registration.with_sign_in(sign_in).commit().await.unwrap();
        SignedIn { id, token }
    }

    async fn call(&self, method: &str, path: &str, who: Option<&SignedIn>, body: Option<Value>) -> (StatusCode, Value) {
        self.call_with(method, path, who, body, None).await
    }

    async fn call_with(
        &self,
        method: &str,
        path: &str,
        who: Option<&SignedIn>,
        body: Option<Value>,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).extension(client());
        if let Some(who) = who {
            request = request.header("authorization", format!("Token {}", who.token));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = match body {
            Some(body) => {
                request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
            }
            None => request.body(Body::empty()).unwrap(),
        };
        let response = self.served.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
    }

    async fn create(&self, who: &SignedIn, body: Value) -> (u16, Value) {
        let (status, body) = self.call("POST", "/api/users/create", Some(who), Some(body)).await;
        (status.as_u16(), body)
    }

    async fn show(&self, who: &SignedIn, name: &str) -> (u16, Value) {
        let (status, body) = self.call("GET", &format!("/api/users/{name}"), Some(who), None).await;
        (status.as_u16(), body)
    }

    async fn delete(&self, who: &SignedIn, name: &str) -> u16 {
        self.call("DELETE", &format!("/api/users/delete/{name}"), Some(who), None).await.0.as_u16()
    }
}

/// The client of all requests, which the gateway would describe.
fn client() -> Client {
    Client {
        address: "192.0.2.7".to_owned(),
        user_agent: "tests".to_owned(),
        base_url: "https://api.example.com".to_owned(),
        own_origins: vec!["https://api.example.com".to_owned()],
        request_id: "request".to_owned(),
        log: aviary_web::RequestLog::default(),
    }
}

fn random() -> String {
    TokenId::new(&OsEntropy).unwrap().as_str().to_owned()
}

fn exists() -> (u16, Value) {
    (400, json!({ "username": ["A profile for this user already exists."] }))
}

fn shown(name: &str, biography: &str) -> Value {
    json!({ "username": name, "biography": biography })
}

/// What others see of a user without a picture who is not online.
fn seen(name: &str, biography: &str) -> Value {
    let avatar_url = "https://api.example.com/profile/default.png";
    json!({ "username": name, "biography": biography, "avatar_url": avatar_url, "is_online": false })
}

#[tokio::test]
async fn a_profile_is_created_deleted_and_created_again() {
    let fixture = Fixture::start().await;
    let ada = fixture.sign_up("Ada").await;
    // The signup made the profile; the user service has not created it.
    assert_eq!(fixture.show(&ada, "ada").await, (200, seen("Ada", "Default biography")));
    let created = fixture.create(&ada, json!({ "username": "ADA", "biography": "biography blabla" })).await;
    assert_eq!(created, (201, shown("Ada", "biography blabla")));
    assert_eq!(fixture.create(&ada, json!({ "username": "Ada" })).await, exists());
    assert_eq!(fixture.show(&ada, "Ada").await, (200, seen("Ada", "biography blabla")));
    assert_eq!(fixture.delete(&ada, "ada").await, 204);
    assert_eq!(fixture.delete(&ada, "ada").await, 404);
    assert_eq!(fixture.show(&ada, "Ada").await.0, 404);
    assert_eq!(fixture.create(&ada, json!({ "username": "Ada" })).await, (201, shown("Ada", "Default biography")));
    assert_eq!(fixture.show(&ada, "Ada").await.0, 200);
}

#[tokio::test]
async fn a_profile_that_was_never_created_can_be_deleted() {
    let fixture = Fixture::start().await;
    let ada = fixture.sign_up("ada").await;
    assert_eq!(fixture.delete(&ada, "ada").await, 204);
    let profile = fixture.profiles.by_id(ada.id).await.unwrap().unwrap();
    assert_eq!(profile.service_profile, ServiceProfile::Deleted);
    assert!(profile.alias.is_empty() && profile.bio.is_empty() && profile.picture.is_none());
    assert!(profile.background.is_none());
    assert_eq!(fixture.profiles.owner_of(&profile.username.key()).await.unwrap(), Some(ada.id), "the name stays");
}

#[tokio::test]
async fn creating_without_a_biography_keeps_the_existing_one() {
    let fixture = Fixture::start().await;
    let ada = fixture.sign_up("ada").await;
    let change = aviary_store::ProfileChange { bio: Some(Bio::parse("from elsewhere").unwrap()), ..Default::default() };
    fixture.profiles.change(ada.id, &change).await.unwrap();
    assert_eq!(fixture.create(&ada, json!({ "username": "ada" })).await, (201, shown("ada", "from elsewhere")));
}

#[tokio::test]
async fn of_concurrent_requests_one_creates_and_one_deletes() {
    let fixture = Fixture::start().await;
    let ada = fixture.sign_up("ada").await;
    let body = json!({ "username": "ada" });
    let (a, b, c) = tokio::join!(
        fixture.create(&ada, body.clone()),
        fixture.create(&ada, body.clone()),
        fixture.create(&ada, body.clone())
    );
    let mut statuses = [a.0, b.0, c.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400]);
    let (a, b) = tokio::join!(fixture.delete(&ada, "ada"), fixture.delete(&ada, "ada"));
    assert_eq!([a.min(b), a.max(b)], [204, 404]);
}

#[tokio::test]
async fn other_users_and_anonymous_clients_are_refused() {
    let fixture = Fixture::start().await;
    let (ada, bob) = (fixture.sign_up("ada").await, fixture.sign_up("bob").await);
    assert_eq!(fixture.show(&bob, "ada").await.0, 200);
    assert_eq!(fixture.show(&bob, "carol").await.0, 404);
    assert_eq!(fixture.create(&bob, json!({ "username": "ada" })).await.0, 403);
    let (status, body) = fixture.create(&bob, json!({ "username": "carol" })).await;
    assert_eq!((status, body["username"].is_array()), (400, true));
    assert_eq!(fixture.delete(&bob, "ada").await, 403);
    assert_eq!(fixture.delete(&bob, "carol").await, 404);
    assert_eq!(fixture.show(&ada, "ada").await.0, 200, "unchanged");
    for (method, path) in [("POST", "create"), ("GET", "ada"), ("DELETE", "delete/ada")] {
        let (status, _) = fixture.call(method, &format!("/api/users/{path}"), None, None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}

#[tokio::test]
async fn errors_name_each_invalid_field() {
    let fixture = Fixture::start().await;
    let ada = fixture.sign_up("ada").await;
    let cases = [
        (json!({}), "username"),
        (json!({ "username": "" }), "username"),
        (json!({ "username": null }), "username"),
        (json!({ "username": ["ada"] }), "username"),
        (json!({ "username": "ada", "biography": "x".repeat(401) }), "biography"),
        (json!({ "username": "ada", "biography": "a\0b" }), "biography"),
        (json!({ "username": "ada", "biography": null }), "biography"),
        (json!([]), "non_field_errors"),
    ];
    for (body, field) in cases {
        let (status, answer) = fixture.create(&ada, body.clone()).await;
        assert_eq!((status, answer[field].is_array()), (400, true), "{body}: {answer}");
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_response() {
    let fixture = Fixture::start().await;
    let ada = fixture.sign_up("ada").await;
    let body = json!({ "username": "ada", "biography": "b" });
    let call = |body: Value, key| fixture.call_with("POST", "/api/users/create", Some(&ada), Some(body), Some(key));
    let first = call(body.clone(), "k1").await;
    assert_eq!(first, (StatusCode::CREATED, shown("ada", "b")));
    assert_eq!(call(body.clone(), "k1").await, first);
    assert_eq!(call(json!({ "username": "ada" }), "k1").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(call(body.clone(), "k2").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(fixture.delete(&ada, "ada").await, 204);
    assert_eq!(call(body, "k2").await.0, StatusCode::CREATED, "a refused request is not stored");
}
