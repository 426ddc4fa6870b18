//! Authentication of a request: which credentials give a caller, and the errors of all others.

use aviary_auth::{Authenticator, AuthenticatorParts, Caller, Limiter, Limits, TrustedOrigins, Unconfirmed};
use aviary_store::StoreError;
use aviary_telemetry::Meter;
use aviary_web::{ApiError, Client, RowLimit};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::fixture::{COOKIE, CSRF, DEVICE_TOKEN, SignedIn, World};
use crate::minting::{Mint, access_claims, set, with};

struct Service {
    world: World,
    mint: Mint,
    ada: SignedIn,
    router: Router,
}

async fn whoami(unconfirmed: Unconfirmed) -> Result<String, ApiError> {
    Ok(shown(&unconfirmed.confirm().await?))
}

/// A handler whose first read fails.
async fn failing_read(unconfirmed: Unconfirmed) -> Result<String, ApiError> {
    let read = async { Err::<(), _>(StoreError::Passing("away".to_owned())) };
    unconfirmed.confirm_with(read).await.map(|(caller, ())| shown(&caller))
}

fn shown(caller: &Caller) -> String {
    json!({"user": caller.user.to_string(), "sid": caller.sid.to_string(), "staff": caller.staff}).to_string()
}

impl Service {
    async fn start() -> Self {
        let world = World::start();
        let mint = Mint::new(1);
        mint.install(&world).await;
        let ada = world.sign_in().await;
        let authenticator = Authenticator::of(AuthenticatorParts {
            verifier: world.verifier(),
            credentials: world.credentials.clone(),
            trusted: TrustedOrigins::default(),
            limiter: Limiter::new(world.credentials.clone(), Limits::default(), world.clock.clone()),
            clock: world.clock.clone(),
        });
        authenticator.verifier.warm().await.unwrap();
        let router =
            Router::new().route("/", any(whoami)).route("/failing_read", any(failing_read)).with_state(authenticator);
        let router = router.layer(axum::Extension(RowLimit(None)));
        Self { world, mint, ada, router }
    }

    fn access_token(&self) -> String {
        let mut claims = access_claims();
        set(&mut claims, "user_id", json!(self.ada.user.to_string()));
        set(&mut claims, "sid", json!(self.ada.sid.to_string()));
        self.mint.token(&claims)
    }

    /// Sends a request and returns status and body of the response.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let client = Client {
            address: "192.0.2.7".to_owned(),
            user_agent: "tests".to_owned(),
            base_url: "https://api.example.com".to_owned(),
            own_origins: vec!["https://api.example.com".to_owned()],
            request_id: "1".to_owned(),
            log: aviary_web::RequestLog::default(),
        };
        let answer = self.router.clone().oneshot(request.extension(client).body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(challenge.is_some(), status == StatusCode::UNAUTHORIZED, "every 401 carries the challenge");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn with_credential(&self, credential: &str) -> (StatusCode, Value) {
        self.ask("GET", "/", &[("authorization", credential)]).await
    }

    async fn is_ada(&self, credential: &str, sid: aviary_model::SessionId) {
        let expected = json!({"user": self.ada.user.to_string(), "sid": sid.to_string(), "staff": false});
        assert_eq!(self.with_credential(credential).await, (StatusCode::OK, expected), "{credential}");
    }

    async fn refuses(&self, credential: &str, body: Value) {
        assert_eq!(self.with_credential(credential).await, (StatusCode::UNAUTHORIZED, body), "{credential}");
    }
}

fn not_valid(message: &str) -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
    })
}

#[tokio::test]
async fn every_kind_of_credential_leads_to_its_user_and_session() {
    let service = Service::start().await;
    let token = service.access_token();
    for scheme in ["Bearer", "JWT", "bearer", "Token"] {
        service.is_ada(&format!("{scheme} {token}"), service.ada.sid).await;
        service.is_ada(&format!("{scheme} {DEVICE_TOKEN}"), service.ada.device).await;
    }
    let cookie = format!("sessionid={COOKIE}; csrftoken={CSRF}");
    let (status, body) = service.ask("GET", "/", &[("cookie", &cookie)]).await;
    assert_eq!((status, &body["sid"]), (StatusCode::OK, &json!(service.ada.web.to_string())));
}

#[tokio::test]
async fn a_missing_or_unknown_credential_is_anonymous() {
    let service = Service::start().await;
    let expected = (StatusCode::UNAUTHORIZED, json!({"detail": "Authentication credentials were not provided."}));
    let random = format!("sessionid={}", "ab".repeat(32));
    let as_cookie = format!("sessionid={DEVICE_TOKEN}");
    for headers in [
        &[][..],
        &[("authorization", "")],
        &[("authorization", "Basic YTpi")],
        &[("cookie", &random)],
        &[("cookie", &as_cookie)],
        &[("cookie", "sessionid=")],
    ] {
        assert_eq!(service.ask("GET", "/", headers).await, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn an_invalid_token_gets_simplejwts_error() {
    let service = Service::start().await;
    for (claims, message) in [
        (with("exp", json!(1)), "Token is expired"),
        (with("token_type", json!("refresh")), "Token has wrong type"),
        (with("token_type", None), "Token has no type"),
        (with("jti", None), "Token has no id"),
        (with("exp", None), "Token has no 'exp' claim"),
    ] {
        service.refuses(&format!("Bearer {}", service.mint.token(&claims)), not_valid(message)).await;
    }
    service.refuses("Bearer garbage", not_valid("Token is invalid")).await;
    let forged = Mint::new(2).token(&access_claims());
    service.refuses(&format!("JWT {forged}"), not_valid("Token is invalid")).await;
    let userless = service.mint.token(&with("user_id", None));
    let unrecognised = "Token contained no recognizable user identification";
    service.refuses(&format!("Bearer {userless}"), json!({"detail": unrecognised, "code": "token_not_valid"})).await;
    let stranger = service.mint.token(&access_claims());
    let unknown = json!({"detail": "User not found", "code": "user_not_found"});
    service.refuses(&format!("Bearer {stranger}"), unknown).await;
}

#[tokio::test]
async fn a_malformed_header_gets_the_recorded_error() {
    let service = Service::start().await;
    let two_values = "Authorization header must contain two space-delimited values";
    for credential in ["Bearer", "Bearer a b"] {
        service.refuses(credential, json!({"detail": two_values, "code": "bad_authorization_header"})).await;
    }
    let unknown = "ab".repeat(20);
    for (credential, detail) in [
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
        ("Token deadbeef", "Invalid token."),
        (&format!("Token {unknown}"), "Invalid token."),
        (&format!("Bearer {unknown}"), "Invalid token."),
    ] {
        service.refuses(credential, json!({"detail": detail})).await;
    }
}

#[tokio::test]
async fn an_ended_session_refuses_its_own_credential_and_no_other() {
    let service = Service::start().await;
    let token = format!("Bearer {}", service.access_token());
    service.world.credentials.revoke_family(service.ada.user, service.ada.sid).await.unwrap();
    service.refuses(&token, not_valid("Token is blacklisted")).await;
    service.is_ada(&format!("Token {DEVICE_TOKEN}"), service.ada.device).await;

    service.world.credentials.revoke_family(service.ada.user, service.ada.device).await.unwrap();
    service.refuses(&format!("Token {DEVICE_TOKEN}"), json!({"detail": "Invalid token."})).await;
    let cookie = format!("sessionid={COOKIE}");
    service.world.clock.advance_millis(59_999);
    assert_eq!(service.ask("GET", "/", &[("cookie", &cookie)]).await.0, StatusCode::OK);
    service.world.clock.advance_millis(1);
    let anonymous = json!({"detail": "Authentication credentials were not provided."});
    assert_eq!(service.ask("GET", "/", &[("cookie", &cookie)]).await, (StatusCode::UNAUTHORIZED, anonymous));
}

#[tokio::test]
async fn a_raised_epoch_ends_every_session_and_an_inactive_user_has_none() {
    let service = Service::start().await;
    let token = format!("Bearer {}", service.access_token());
    let device = format!("Token {DEVICE_TOKEN}");
    let cookie = format!("sessionid={COOKIE}");
    service.world.set_principal(service.ada.user, "epoch", AttributeValue::N("1".to_owned())).await;
    service.refuses(&token, not_valid("Token is blacklisted")).await;
    service.refuses(&device, json!({"detail": "Invalid token."})).await;
    assert_eq!(service.ask("GET", "/", &[("cookie", &cookie)]).await.0, StatusCode::UNAUTHORIZED);

    service.world.set_principal(service.ada.user, "active", AttributeValue::Bool(false)).await;
    service.refuses(&token, json!({"detail": "User is inactive", "code": "user_inactive"})).await;
    service.refuses(&device, json!({"detail": "Invalid token."})).await;
    service.world.remove_principal(service.ada.user).await;
    service.refuses(&token, json!({"detail": "User not found", "code": "user_not_found"})).await;
}

#[tokio::test]
async fn an_unsafe_request_by_cookie_needs_the_csrf_token() {
    let service = Service::start().await;
    let both = format!("sessionid={COOKIE}; csrftoken={CSRF}");
    let other = "ab".repeat(32);
    let planted = format!("sessionid={COOKIE}; csrftoken={other}");
    let session_only = format!("sessionid={COOKIE}");
    for (what, cookie, header, allowed) in [
        ("both cookies and the header", &both, Some(CSRF), true),
        ("no header", &both, None, false),
        ("another header", &both, Some(&*other), false),
        ("a planted cookie with its header", &planted, Some(&*other), false),
        ("no second cookie", &session_only, Some(CSRF), false),
    ] {
        let headers: Vec<_> =
            [("cookie", cookie.as_str())].into_iter().chain(header.map(|token| ("x-csrftoken", token))).collect();
        let (status, body) = service.ask("POST", "/", &headers).await;
        assert_eq!(status == StatusCode::OK, allowed, "{what}: {body}");
        assert!(allowed || status == StatusCode::FORBIDDEN, "{what}: {body}");
        assert_eq!(service.ask("GET", "/", &headers).await.0, StatusCode::OK, "{what}");
    }
    let foreign = [("cookie", &*both), ("x-csrftoken", CSRF), ("origin", "https://evil.example.com")];
    assert_eq!(service.ask("POST", "/", &foreign).await.0, StatusCode::FORBIDDEN);
    let token = format!("Bearer {}", service.access_token());
    assert_eq!(
        service.ask("POST", "/", &[("authorization", &token)]).await.0,
        StatusCode::OK,
        "a request by token needs no CSRF token"
    );
}

#[tokio::test]
async fn an_error_of_the_caller_comes_before_one_of_the_first_read() {
    let service = Service::start().await;
    let token = format!("Bearer {}", service.access_token());
    let headers = [("authorization", &*token)];
    assert_eq!(service.ask("GET", "/failing_read", &headers).await.0, StatusCode::SERVICE_UNAVAILABLE);
    service.world.credentials.revoke_family(service.ada.user, service.ada.sid).await.unwrap();
    assert_eq!(service.ask("GET", "/failing_read", &headers).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_jwt_costs_one_round_trip_and_other_credentials_two() {
    let service = Service::start().await;
    let token = format!("Bearer {}", service.access_token());
    let cookie = format!("sessionid={COOKIE}");
    for (name, value, round_trips) in
        [("authorization", &*token, 1), ("authorization", &format!("Token {DEVICE_TOKEN}"), 2), ("cookie", &cookie, 2)]
    {
        let meter = Meter::default();
        let (status, _) = meter.scope(service.ask("GET", "/", &[(name, value)])).await;
        assert_eq!((status, meter.cost().round_trips), (StatusCode::OK, round_trips), "{name}");
    }
}
