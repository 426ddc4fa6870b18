//! `POST /api/auth/login/`.

use e2e::{Cookies, PASSWORD, Service};
use serde_json::{Value, json};

fn body(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[tokio::test]
async fn login_returns_both_tokens_a_device_token_and_cookies() {
    let service = Service::running();
    let account = service.signup().await;
    let answer = service.post("/api/auth/login/").json(&body(&account.username, PASSWORD)).send().await;
    let answer = answer.with_status(200);
    let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access", "refresh", "access_token", "refresh_token", "token", "username"]);
    assert_eq!(answer.field("access_token"), answer.field("access"));
    assert_eq!(answer.field("refresh_token"), answer.field("refresh"));
    let cookies = Cookies::of(&answer);
    assert_ne!(cookies, account.cookies);
    for credential in ["access", "token"] {
        service.get("/auth/users/me/").bearer(&answer.field(credential)).send().await.with_status(200);
    }
    service.get("/auth/users/me/").cookies(&cookies).send().await.with_status(200);
    let nobody = json!({"detail": "No active account found with the given credentials"});
    let wrong = service.post("/api/auth/login/").json(&body(&account.username, "wrong")).send().await;
    wrong.unauthorized(&nobody);
}

#[tokio::test]
async fn token_and_refresh_are_document_003s_own_names() {
    let service = Service::running();
    let account = service.signup().await;
    let answer = service.post("/api/auth/token/").json(&body(&account.username, PASSWORD)).send().await;
    let answer = answer.with_status(200);
    let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access", "refresh", "access_token", "refresh_token", "token", "username"]);
    service.get("/auth/users/me/").cookies(&Cookies::of(&answer)).send().await.with_status(200);
    let nobody = json!({"detail": "No active account found with the given credentials"});
    service.post("/api/auth/token/").json(&body(&account.username, "wrong")).send().await.unauthorized(&nobody);
    let refresh = |token: &str| service.post("/api/auth/refresh/").json(&json!({"refresh": token})).send();
    let pair = refresh(&answer.field("refresh_token")).await.with_status(200);
    let names: Vec<String> = pair.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access", "refresh"]);
    refresh("x").await.unauthorized(&json!({"detail": "Token is invalid", "code": "token_not_valid"}));
}
