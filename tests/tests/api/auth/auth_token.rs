//! `POST /auth/token/login/` and `/auth/token/logout/`, and the maximal number of device tokens.

use e2e::{PASSWORD, Service};
use serde_json::{Value, json};

const LOGIN: &str = "/auth/token/login/";
const LOGOUT: &str = "/auth/token/logout/";

#[tokio::test]
async fn login_answers_as_djoser() {
    let service = Service::running();
    let account = service.signup().await;
    let login = |body: Value| service.post(LOGIN).json(&body).send();
    let token = login(json!({"username": account.username, "password": PASSWORD})).await.with_status(200);
    let token = token.field("auth_token");
    assert!(token.len() == 40 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
    for scheme in ["Token", "token", "Bearer"] {
        let call = service.get("/auth/users/me/").authorization(&format!("{scheme} {token}"));
        call.send().await.with_status(200);
    }
    let unable = json!({"non_field_errors": ["Unable to log in with provided credentials."]});
    login(json!({"username": account.username, "password": "wrong"})).await.is(400, &unable);
    login(json!({"username": "nobody", "password": "wrong"})).await.is(400, &unable);
    login(json!({})).await.is(400, &unable);
    login(json!({"username": account.username})).await.is(400, &unable);
    let both = |text: &str| json!({"password": [text], "username": [text]});
    login(json!({"username": "", "password": ""})).await.is(400, &both("This field may not be blank."));
    login(json!({"username": null, "password": null})).await.is(400, &both("This field may not be null."));
    login(json!({"username": account.username, "password": "p".repeat(513)})).await.is(400, &unable);
    // A form sends a field that was left out as an empty text, as DRF takes it.
    let blank = [("username", ""), ("password", "")];
    service.post(LOGIN).form(&blank).send().await.is(400, &unable);
    login(json!({"email": account.email, "password": PASSWORD})).await.with_status(200);
}

#[tokio::test]
async fn logout_ends_the_token_that_was_sent_and_no_other() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"username": account.username, "password": PASSWORD});
    let other = service.post(LOGIN).json(&body).send().await.with_status(200).field("auth_token");
    let header = format!("Token {}", account.device_token);
    let done = service.post(LOGOUT).authorization(&header).send().await.with_status(204);
    assert!(done.body.is_empty());
    let invalid = json!({"detail": "Invalid token."});
    service.post(LOGOUT).authorization(&header).send().await.unauthorized(&invalid);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(200);
    // With a JWT, all device tokens end and the JWT stays valid.
    service.post(LOGOUT).bearer(&account.access).send().await.with_status(204);
    service.get("/auth/users/me/").bearer(&other).send().await.unauthorized(&invalid);
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.post(LOGOUT).send().await.unauthorized(&nobody);
}

#[tokio::test]
async fn the_twenty_first_device_token_ends_the_oldest() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"username": account.username, "password": PASSWORD});
    let mut tokens = vec![account.device_token.clone()];
    while tokens.len() < 21 {
        let answer = service.post(LOGIN).json(&body).send().await.with_status(200);
        tokens.push(answer.field("auth_token"));
        if tokens.len() == 20 {
            service.get("/auth/users/me/").bearer(&tokens[0]).send().await.with_status(200);
        }
    }
    service.get("/auth/users/me/").bearer(&tokens[0]).send().await.unauthorized(&json!({"detail": "Invalid token."}));
    for token in &tokens[1..] {
        service.get("/auth/users/me/").bearer(token).send().await.with_status(200);
    }
}
