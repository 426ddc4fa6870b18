//! Forged tokens in a body: under every name of a refresh token, and at `verify`, which takes both kinds.

use e2e::Service;
use serde_json::{Value, json};

use super::{Forged, INVALID, deleted, forged_of};

/// Path, field and status of the refusal.
const REFRESHES: [(&str, &str, u16); 6] = [
    ("/auth/jwt/refresh/", "refresh", 401),
    ("/api/jwt/refresh/", "refresh", 401),
    ("/api/auth/refresh_token/", "refresh", 401),
    ("/api/auth/refresh/", "refresh", 401),
    ("/api/auth/logout/", "refresh", 401),
    ("/api/auth/user/logout/", "refresh_token", 400),
];
const VERIFIES: [(&str, &str, u16); 2] = [("/auth/jwt/verify/", "token", 401), ("/api/jwt/verify/", "token", 401)];

fn refusal(message: &str) -> Value {
    json!({"detail": message, "code": "token_not_valid"})
}

async fn assert_refused(service: &Service, places: &[(&str, &str, u16)], forged: &[Forged]) {
    for (path, field, status) in places {
        for Forged { how, token, message } in forged {
            let answer = service.post(path).json(&json!({*field: token})).send().await;
            let wanted = (*status, refusal(message).to_string());
            assert_eq!((answer.status, answer.text()), wanted, "{how} at {path}");
        }
    }
}

#[tokio::test]
async fn a_forged_refresh_token_is_refused_under_every_name() {
    let service = Service::running();
    let account = service.signup().await;
    let mut forged = forged_of(&service, &account.refresh).await;
    let gone = deleted(&service).await.refresh;
    forged.push(Forged { how: "of a deleted user", token: gone, message: "Token is blacklisted" });
    assert_refused(&service, &VERIFIES, &forged).await;
    let access = account.access.clone();
    forged.push(Forged { how: "an access token", token: access, message: "Token has wrong type" });
    assert_refused(&service, &REFRESHES, &forged).await;
    // No attempt counted as reuse of a refresh token or as a logout.
    let answer = service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send().await;
    answer.with_status(200);
}

#[tokio::test]
async fn a_forged_access_token_does_not_verify() {
    let service = Service::running();
    let account = service.signup().await;
    assert_refused(&service, &VERIFIES, &forged_of(&service, &account.access).await).await;
}

#[tokio::test]
async fn an_account_is_not_deleted_with_a_forged_refresh_token() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let mut forged = forged_of(&service, &account.refresh).await;
    let gone = deleted(&service).await.refresh;
    forged.push(Forged { how: "of a deleted user", token: gone, message: INVALID });
    forged.push(Forged { how: "another's", token: other.refresh, message: INVALID });
    forged.push(Forged { how: "an access token", token: account.access.clone(), message: "Token has wrong type" });
    for Forged { how, token, message } in &forged {
        let call = service.delete("/api/auth/user/delete/").bearer(&account.access);
        let answer = call.json(&json!({"refresh_token": token})).send().await;
        assert_eq!((answer.status, answer.text()), (400, refusal(message).to_string()), "{how}");
    }
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
}
