//! `POST /api/auth/obtain_token/` and `POST /api/auth/refresh_token/`.

use e2e::Service;
use e2e::acts::tokens::{obtain_token, refresh_token};
use serde_json::json;

#[tokio::test]
async fn obtain_and_refresh_answer_as_simplejwt() {
    let service = Service::running();
    let account = service.signup().await;
    let wrong = json!({"username": account.username, "password": "wrong"});
    let nobody = json!({"detail": "No active account found with the given credentials"});
    service.post("/api/auth/obtain_token/").json(&wrong).send().await.unauthorized(&nobody);
    let (access, first) = obtain_token(&service, &account).await;
    let answer = refresh_token(&service, &first).await.with_status(200);
    let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access", "refresh"]);
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    refresh_token(&service, "garbage").await.unauthorized(&invalid);
    let kind = json!({"detail": "Token has wrong type", "code": "token_not_valid"});
    refresh_token(&service, &access).await.unauthorized(&kind);
}
