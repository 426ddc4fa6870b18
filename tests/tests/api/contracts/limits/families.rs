//! Refreshes of a family, and the theft of a refresh token.

use e2e::limits::assert_throttled;
use e2e::{Account, Service};
use serde_json::json;

#[tokio::test]
async fn a_family_is_refreshed_sixty_times_a_minute() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let refresh =
        |account: &Account| service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send();
    let mut throttled = None;
    // Twice as many requests, in case a minute ends in between.
    for _ in 0..121 {
        let answer = refresh(&account).await;
        if answer.status != 200 {
            throttled = Some(answer);
            break;
        }
    }
    assert_throttled(&throttled.expect("a limit"), 60);
    refresh(&other).await.with_status(200);
}
