//! `POST /api/auth/user/logout/` and `POST /api/auth/user/logout_all/`.

use e2e::Service;
use e2e::acts::tokens::{blacklisted, obtain_token, refresh_token};
use serde_json::json;

#[tokio::test]
async fn logout_ends_the_tokens_family_and_no_other() {
    let service = Service::running();
    let account = service.signup().await;
    let ((access, token), (other, _)) =
        (obtain_token(&service, &account).await, obtain_token(&service, &account).await);
    let logout = |token: &str| service.post("/api/auth/user/logout/").json(&json!({"refresh_token": token})).send();
    let done = logout(&token).await.with_status(205);
    assert!(done.body.is_empty());
    refresh_token(&service, &token).await.unauthorized(&blacklisted());
    service.get("/auth/users/me/").bearer(&access).send().await.with_status(401);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(200);
    logout(&token).await.is(400, &blacklisted());
    logout("garbage").await.is(400, &json!({"detail": "Token is invalid", "code": "token_not_valid"}));
    logout(&other).await.is(400, &json!({"detail": "Token has wrong type", "code": "token_not_valid"}));
    let missing = service.post("/api/auth/user/logout/").json(&json!({})).send().await;
    missing.is(400, &json!({"refresh_token": ["This field is required."]}));
}

#[tokio::test]
async fn logout_all_ends_every_session_but_not_the_account() {
    let service = Service::running();
    let account = service.signup().await;
    service.post("/api/auth/user/logout_all/").bearer(&account.access).send().await.with_status(205);
    for credential in [&account.access, &account.device_token] {
        service.get("/auth/users/me/").bearer(credential).send().await.with_status(401);
    }
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    refresh_token(&service, &account.refresh).await.unauthorized(&blacklisted());
    obtain_token(&service, &account).await;
}
