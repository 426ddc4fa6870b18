//! Refreshes of a family, and the theft of a refresh token.

use e2e::acts::tokens::blacklisted;
use e2e::limits::assert_throttled;
use e2e::{Account, Event, Forge, Function, Service, claims_of};
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

/// Otherwise a thief who holds the newer token could hide the theft by refreshing too often.
#[tokio::test]
async fn the_theft_of_a_token_is_told_and_recorded_while_its_family_is_over_its_limit() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "refresh_family=3/3600")]);
    let account = service.signup().await;
    let refresh =
        |token: &str| auth.invoke(Event::new("POST", "/auth/jwt/refresh/").json(&json!({"refresh": token}))).answer;
    let second = refresh(&account.refresh).with_status(200).field("refresh");
    refresh(&second).with_status(200);
    refresh(&second).with_status(200);
    assert_throttled(&refresh(&second), 3_600);
    // A token of the family that is neither its current nor its next one.
    let mut claims = claims_of(&account.refresh);
    claims["jti"] = json!("0123456789abcdef0123456789abcdef");
    let stolen = Forge::with_the_key_of(&service).await.sign(&claims);
    refresh(&stolen).is(401, &blacklisted());
    refresh(&second).is(401, &blacklisted());
    let events = service.get("/api/auth/activity/").bearer(&account.device_token).send().await.with_status(200);
    let events = events.json();
    let reused = events["results"].as_array().unwrap().iter().filter(|event| event["event"] == "refresh_token_reused");
    assert_eq!(reused.count(), 1, "{events}");
}
