//! `Idempotency-Key`: a repeated request takes effect once.

use e2e::{Answer, Cookies, PASSWORD, Service, claims_of, unique};
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::{Value, json};

const OTHER_BODY: &str = "This Idempotency-Key was used for a request with another body.";

async fn post(service: &Service, path: &str, key: &str, body: &Value) -> Answer {
    service.post(path).header("idempotency-key", key).json(body).send().await
}

#[tokio::test]
async fn a_repeated_signup_is_the_same_user_with_new_credentials() {
    let service = Service::running();
    let key = unique("key");
    let body = json!({"username": unique("wren"), "password": PASSWORD});
    let first = post(&service, "/api/auth/signup/", &key, &body).await.with_status(201);
    let again = post(&service, "/api/auth/signup/", &key, &body).await.with_status(201);
    let id = |answer: &Answer| claims_of(&answer.field("access"))["user_id"].clone();
    assert_eq!(id(&first), id(&again));
    for name in ["access", "refresh", "token"] {
        assert_ne!(first.field(name), again.field(name), "{name} is kept somewhere");
    }
    assert_ne!(Cookies::of(&first), Cookies::of(&again));
    for answer in [&first, &again] {
        service.get("/auth/users/me/").bearer(&answer.field("access")).send().await.with_status(200);
        service.get("/auth/users/me/").bearer(&answer.field("token")).send().await.with_status(200);
    }
    // Without the key it is another signup, of a taken name.
    service.post("/api/auth/signup/").json(&body).send().await.with_status(400);
}

#[tokio::test]
async fn every_kind_of_signup_can_be_repeated() {
    let service = Service::running();
    let name = || unique("wren");
    let email = || format!("{}@example.com", unique("wren"));
    let profile = json!({"date_of_birth": "1990-01-02"});
    let rows = [
        ("/auth/users/", json!({"username": name(), "password": PASSWORD})),
        ("/auth/register/", json!({"username": name(), "email": email(), "password": "abcd321"})),
        (
            "/api/auth/user/register/",
            json!({"username": name(), "email": email(), "password": PASSWORD, "profile": profile}),
        ),
    ];
    for (path, body) in rows {
        let key = unique("key");
        let first = post(&service, path, &key, &body).await.with_status(201);
        let again = post(&service, path, &key, &body).await.with_status(201);
        let but_tokens = |answer: &Answer| {
            let mut json = answer.json();
            json.as_object_mut().unwrap().remove("tokens");
            json
        };
        assert_eq!(but_tokens(&again), but_tokens(&first));
    }
}

#[tokio::test]
async fn refusals_are_not_stored_with_the_key() {
    let service = Service::running();
    let key = unique("key");
    let taken = service.signup().await;
    let body = json!({"username": taken.username, "password": PASSWORD});
    let error = json!({"username": ["A user with that username already exists."]});
    for _ in 0..2 {
        post(&service, "/auth/users/", &key, &body).await.is(400, &error);
    }
    // A name that an account gives up stays its own for some days; one of a deleted account is free.
    let password = json!({"current_password": PASSWORD});
    let call = service.call("DELETE", "/auth/users/me/").bearer(&taken.access);
    call.json(&password).send().await.with_status(204);
    post(&service, "/auth/users/", &key, &body).await.with_status(201);
}

#[tokio::test]
async fn a_repeated_signup_after_a_password_change_is_refused() {
    let service = Service::running();
    let key = unique("key");
    let body = json!({"username": unique("wren"), "password": PASSWORD});
    let first = post(&service, "/api/auth/signup/", &key, &body).await.with_status(201);
    let change = json!({"current_password": PASSWORD, "new_password": "Vb7!panda-moon"});
    let set = service.post("/auth/users/set_password/").bearer(&first.field("access")).json(&change);
    set.send().await.with_status(204);
    let again = post(&service, "/api/auth/signup/", &key, &body).await;
    assert!((400..500).contains(&again.status), "signed in by the old password: {}", again.text());
}

#[tokio::test]
async fn a_repeated_signup_of_a_deleted_account_is_a_4xx() {
    let service = Service::running();
    let key = unique("key");
    let body = json!({"username": unique("wren"), "password": PASSWORD});
    let first = post(&service, "/api/auth/signup/", &key, &body).await.with_status(201);
    let delete = service.delete("/auth/users/me/").bearer(&first.field("access"));
    delete.json(&json!({"current_password": PASSWORD})).send().await.with_status(204);
    let again = post(&service, "/api/auth/signup/", &key, &body).await;
    assert!((400..500).contains(&again.status), "{} {}", again.status, again.text());
}

#[tokio::test]
async fn a_repeated_tweet_is_the_same_and_another_body_is_refused() {
    let service = Service::running();
    let (author, other) = (service.signup().await, service.signup().await);
    let key = unique("key");
    let send = |token: &str, message: &str| {
        let call = service.post("/api/tweets/").bearer(token).header("idempotency-key", &key);
        call.json(&json!({"message": message})).send()
    };
    let tweet = send(&author.access, "once").await.with_status(201).json();
    send(&author.access, "once").await.is(201, &tweet);
    send(&author.access, "twice").await.is(422, &json!({"detail": OTHER_BODY}));
    // Keys of different callers are independent.
    let others = send(&other.access, "once").await.with_status(201).json();
    assert_ne!(others["id"], tweet["id"]);
}

#[tokio::test]
async fn of_concurrent_requests_with_one_key_one_takes_effect() {
    let service = Service::running();
    let author = service.signup().await;
    let key = unique("key");
    let calls = (0..12).map(|_| {
        let call = service.post("/api/tweets/").bearer(&author.access).header("idempotency-key", &key);
        call.json(&json!({"message": "once"})).send()
    });
    let answers: Vec<Answer> = stream::iter(calls).buffer_unordered(12).collect().await;
    let done = answers.iter().filter(|answer| answer.status == 201);
    let mut ids: Vec<String> = done.map(|answer| answer.field("id")).collect();
    assert!(!ids.is_empty());
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let under_way = json!({"detail": "A request with this Idempotency-Key is under way."});
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.is(409, &under_way);
    }
}

#[tokio::test]
async fn an_idempotency_key_has_at_most_255_characters() {
    let service = Service::running();
    let author = service.signup().await;
    let call = service.post("/api/tweets/").bearer(&author.access).header("idempotency-key", &"k".repeat(256));
    let answer = call.json(&json!({"message": "hello"})).send().await;
    answer.is(400, &json!({"detail": "Idempotency-Key may have 255 characters."}));
}

#[tokio::test]
async fn a_repeated_body_is_compared_by_what_it_says() {
    let service = Service::running();
    let author = service.signup().await;
    let key = unique("key");
    let send = |kind: &str, body: &str| {
        let call = service.post("/api/tweets/").bearer(&author.access).header("idempotency-key", &key);
        call.body(kind, body.to_owned()).send()
    };
    let json = "application/json";
    let first = send(json, r#"{"message":"m\n","in_reply_to":null}"#).await.with_status(201).json();
    for same in [
        r#"{"in_reply_to":null,"message":"m\n"}"#,
        r#" { "in_reply_to" : null , "message" : "\u006d\r\n" } "#,
        r#"{"message":"x","in_reply_to":null,"message":"m\n"}"#,
    ] {
        send(json, same).await.is(201, &first);
    }
    for other in [r#"{"message":"m"}"#, r#"{"message":"m\n","in_reply_to":""}"#] {
        send(json, other).await.is(422, &json!({"detail": OTHER_BODY}));
    }
    // At signup key and body together are the key.
    let (key, username) = (unique("key"), unique("wren"));
    let signup = |body: String| {
        let call = service.post("/api/auth/user/register/").header("idempotency-key", &key);
        call.body(json, body).send()
    };
    let profile = r#"{"date_of_birth":"1990-01-02","alias":"A"}"#;
    let reversed = r#"{"alias":"A","date_of_birth":"1990-01-02"}"#;
    let email = format!("{username}@example.com");
    let (name, email) =
        (format!(r#""username":"{username}","email":"{email}""#), format!(r#""password":"{PASSWORD}""#));
    let first = signup(format!(r#"{{{name},{email},"profile":{profile}}}"#)).await.with_status(201);
    let again = signup(format!(r#"{{"profile":{reversed},{email},{name}}}"#)).await.with_status(201);
    assert_eq!(first.field("id"), again.field("id"));
}

#[tokio::test]
async fn a_repeated_set_of_integers_may_have_its_members_in_another_order() {
    let service = Service::running();
    let account = service.signup().await;
    let key = unique("key");
    let send = |body: &str| {
        let call = service.post("/integers/set/").bearer(&account.access).header("idempotency-key", &key);
        call.body("application/json", body.to_owned()).send()
    };
    let first =
        send(r#"{"set_id":"a","integers":[{"index":0,"X":18446744073718922817,"q":2}]}"#).await.with_status(201);
    let again = send(r#"{"integers":[ {"q":2,"X":18446744073718922817,"index":0} ],"set_id":"a"}"#).await;
    // Parsed, the number would lose its digits.
    assert_eq!(again.with_status(201).text(), first.text());
    let other = r#"{"set_id":"a","integers":[{"index":0,"X":18446744073718922818,"q":2}]}"#;
    send(other).await.is(422, &json!({"detail": OTHER_BODY}));
}
