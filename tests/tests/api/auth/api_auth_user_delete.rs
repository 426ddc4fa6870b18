//! `DELETE /api/auth/user/delete/`.

use e2e::acts::tokens::{blacklisted, refresh_token};
use e2e::{Account, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn delete_takes_the_own_refresh_token_and_nothing_else() {
    let service = Service::running();
    let (one, other) = (service.signup().await, service.signup().await);
    let delete = |account: &Account, body: Value| {
        let call = service.delete("/api/auth/user/delete/").authorization(&format!("JWT {}", account.access));
        call.json(&body).send()
    };
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    delete(&one, json!({"refresh_token": other.refresh})).await.is(400, &invalid);
    delete(&one, json!({"refresh_token": "garbage"})).await.is(400, &invalid);
    delete(&one, json!({})).await.is(400, &json!({"refresh_token": ["This field is required."]}));
    delete(&one, json!({"refresh_token": format!(" {}\n", one.refresh)})).await.with_status(204);
    delete(&other, json!({"refresh_token": other.refresh})).await.with_status(204);
    let gone = json!({"detail": "User not found", "code": "user_not_found"});
    for account in [&one, &other] {
        delete(account, json!({})).await.unauthorized(&gone);
        refresh_token(&service, &account.refresh).await.unauthorized(&blacklisted());
    }
}
