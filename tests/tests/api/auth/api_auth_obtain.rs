//! `POST /api/auth/obtain/`: a device token for a name and a password.

use e2e::{PASSWORD, Service};
use serde_json::json;

#[tokio::test]
async fn obtain_returns_a_device_token() {
    let service = Service::running();
    let account = service.signup().await;
    let fields = [("username", &*account.username), ("password", PASSWORD)];
    let token = service.post("/api/auth/obtain/").form(&fields).send().await.with_status(200).field("token");
    assert!(token.len() == 40 && token != account.device_token, "{token}");
    let call = service.get("/auth/users/me/").authorization(&format!("Token {token}"));
    call.send().await.with_status(200);
    let wrong = json!({"non_field_errors": ["Unable to log in with provided credentials."]});
    service
        .post("/api/auth/obtain/")
        .json(&json!({"username": account.username, "password": "wrong"}))
        .send()
        .await
        .is(400, &wrong);
    let required = ["This field is required."];
    let both = json!({"username": required, "password": required});
    service.post("/api/auth/obtain/").json(&json!({})).send().await.is(400, &both);
}
