//! Headers that every answer has.

use std::collections::HashSet;

use e2e::{Event, Form, Function, Service, jpeg};
use serde_json::json;

#[tokio::test]
async fn every_answer_has_an_id_and_forbids_sniffing_and_storing() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hi").await;
    let body = json!({"username": account.username, "password": e2e::PASSWORD});
    let calls = [
        service.get("/status/"),
        service.get("/auth/users/me/").bearer(&account.access),
        service.get("/auth/users/me/"),
        service.post("/auth/login/").json(&body),
        service.post("/auth/jwt/create/").json(&body),
        service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})),
        service.get("/nope/"),
        service.call("PATCH", "/auth/login/"),
        service.post("/auth/login/").body("text/plain", "x"),
        service.get(&format!("/profile?username={}", account.username)),
        service.delete(&format!("/api/tweets/{}/", tweet["id"].as_str().unwrap())).bearer(&account.access),
    ];
    let mut ids = HashSet::new();
    for call in calls {
        let answer = call.send().await;
        let id = answer.header("x-request-id").unwrap_or_else(|| panic!("no id: {:?}", answer.headers)).to_owned();
        assert!(!id.is_empty() && ids.insert(id), "an id was used twice");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        if !answer.body.is_empty() {
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
}

#[tokio::test]
async fn the_id_is_the_gateways_and_logged_with_the_caller() {
    let service = Service::running();
    let account = service.signup().await;
    let function = Function::start(&service, "auth");
    let event = Event::new("GET", "/auth/users/me/").bearer(&account.access);
    let id = event.request_id();
    let invoked = function.invoke(event);
    assert_eq!(invoked.answer.header("x-request-id"), Some(&*id));
    let log = &invoked.log;
    assert_eq!((&log["http.method"], &log["http.route"]), (&json!("GET"), &json!("/auth/users/me")));
    assert_eq!((&log["http.status"], &log["user.id"]), (&json!(200), &json!(account.id)));
    assert!(log["duration.ms"].as_f64().unwrap() > 0.0);
    let line = log.to_string();
    for secret in [&account.access, &account.email, &account.username] {
        assert!(!line.contains(&**secret), "the log contains {secret}");
    }
}

#[tokio::test]
async fn a_request_id_of_the_client_is_ignored() {
    let service = Service::running();
    let answer = service.get("/status/").header("x-request-id", "chosen").send().await;
    assert_ne!(answer.header("x-request-id"), Some("chosen"));
}

#[tokio::test]
async fn stored_images_have_their_type_and_forbid_sniffing() {
    let service = Service::running();
    let account = service.signup().await;
    let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", "image/jpeg", &jpeg(8, 8, 1));
    let tweet =
        service.post("/tweet").bearer(&account.access).multipart(&form).send().await.with_status(200).json()["tweet"]
            .clone();
    let stored = service.fetch(tweet["imagelinks"][0].as_str().unwrap()).await.with_status(200);
    assert_eq!(stored.header("content-type"), Some("image/jpeg"));
    assert!(stored.header("cache-control").is_some_and(|value| value.contains("max-age")), "{:?}", stored.headers);
}
