//! `POST /api/auth/obtain_token/` and `POST /api/auth/refresh_token/`.

use e2e::acts::tokens::{obtain_token, refresh_token};
use e2e::{Service, claims_of};
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
    // The family remembers that it began here: over HTTP/2 the document's client does not notice an expired token.
    let lifetime = |token: &str| {
        let claims = claims_of(token);
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
    };
    assert_eq!(lifetime(&access), 12 * 3_600);
    assert_eq!(lifetime(&answer.field("access")), 12 * 3_600);
    let next = refresh_token(&service, &answer.field("refresh")).await.with_status(200);
    assert_eq!(lifetime(&next.field("access")), 12 * 3_600);
    let other = service.post("/auth/jwt/refresh/").json(&json!({"refresh": next.field("refresh")})).send().await;
    assert_eq!(lifetime(&other.with_status(200).field("access")), 300);
    let short = refresh_token(&service, &account.refresh).await.with_status(200);
    assert_eq!(lifetime(&short.field("access")), 300);
    let kind = json!({"detail": "Token has wrong type", "code": "token_not_valid"});
    refresh_token(&service, &access).await.unauthorized(&kind);
}
