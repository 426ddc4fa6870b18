//! Pairs of an access token and a refresh token, as document 000 obtains and refreshes them.

use serde_json::{Value, json};

use crate::client::{Account, Answer, PASSWORD, Service};

/// A new access token and its refresh token, by `POST /api/auth/obtain_token/`.
pub async fn obtain_token(service: &Service, account: &Account) -> (String, String) {
    let body = json!({"username": account.username, "password": PASSWORD});
    let answer = service.post("/api/auth/obtain_token/").json(&body).send().await.with_status(200);
    (answer.field("access"), answer.field("refresh"))
}

/// The answer of `POST /api/auth/refresh_token/`.
pub async fn refresh_token(service: &Service, token: &str) -> Answer {
    service.post("/api/auth/refresh_token/").json(&json!({"refresh": token})).send().await
}

/// The refusal of a refresh token whose family has ended.
#[must_use]
pub fn blacklisted() -> Value {
    json!({"detail": "Token is blacklisted", "code": "token_not_valid"})
}
