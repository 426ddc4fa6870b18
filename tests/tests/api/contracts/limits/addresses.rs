//! Limits per address. Each test starts a function of its own: through the local gateway every request has the same
//! address.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Answer, Event, Function, PASSWORD, Service, unique};
use serde_json::json;

#[tokio::test]
async fn known_and_unknown_addresses_get_three_reset_mails_an_hour() {
    let service = Service::running();
    let account = service.signup().await;
    for email in [account.email, format!("{}@example.com", unique("nobody"))] {
        let ask = || service.post("/auth/users/reset_password/").json(&json!({"email": email})).send();
        for _ in 0..3 {
            ask().await.with_status(204);
        }
        assert_throttled(&ask().await, 3_600);
    }
}

#[tokio::test]
async fn signups_and_resets_of_an_address_are_limited() {
    let service = Service::running();
    let limits = "signup_address=2/3600,reset_address=2/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let (one, other) = (unused_address(), unused_address());
    let signup = |address: &str| {
        let body = json!({"username": unique("wren"), "password": PASSWORD});
        auth.invoke(Event::new("POST", "/auth/users/").source(address).json(&body)).answer
    };
    let reset = |address: &str| {
        let body = json!({"email": format!("{}@example.com", unique("nobody"))});
        auth.invoke(Event::new("POST", "/auth/users/reset_password/").source(address).json(&body)).answer
    };
    for _ in 0..2 {
        signup(&one).with_status(201);
        reset(&one).with_status(204);
    }
    assert_throttled(&signup(&one), 3_600);
    assert_throttled(&reset(&one), 3_600);
    signup(&other).with_status(201);
    reset(&other).with_status(204);
}

#[tokio::test]
async fn searches_of_an_address_are_limited() {
    let service = Service::running();
    let profiles = Function::start_with(&service, "profiles", &[("AVIARY_LIMITS", "search_address=2/60")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let address = unused_address();
    let search = |account: &Account, address: &str| {
        let event = Event::new("GET", "/api/profiles/search/").query("q=wren").source(address);
        profiles.invoke(event.bearer(&account.access)).answer
    };
    search(&account, &address).with_status(200);
    search(&other, &address).with_status(200);
    assert_throttled(&search(&account, &address), 60);
    search(&account, &unused_address()).with_status(200);
    // A missing credential is told before the limit.
    let anonymous = Event::new("GET", "/api/profiles/search/").query("q=wren").source(&address);
    profiles.invoke(anonymous).answer.with_status(401);
}

/// A client that is over its own limit must not use up those of mailboxes.
#[tokio::test]
async fn a_client_over_its_limit_leaves_the_mailboxes_of_others_alone() {
    let service = Service::running();
    let limits = "reset_address=1/3600,reset_email=1/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let account = service.signup().await;
    let ask = |email: &str, address: &str| -> Answer {
        let event = Event::new("POST", "/auth/users/reset_password/").source(address).json(&json!({"email": email}));
        auth.invoke(event).answer
    };
    let attacker = unused_address();
    ask(&format!("{}@example.com", unique("nobody")), &attacker).with_status(204);
    for _ in 0..3 {
        assert_throttled(&ask(&account.email, &attacker), 3_600);
    }
    ask(&account.email, &unused_address()).with_status(204);
    assert_throttled(&ask(&account.email, &unused_address()), 3_600);
}

/// A customer has a whole /64 of addresses.
#[tokio::test]
async fn an_ipv6_address_is_counted_by_its_network() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "signup_address=1/3600")]);
    let signup = |address: &str| {
        let body = json!({"username": unique("wren"), "password": PASSWORD});
        auth.invoke(Event::new("POST", "/auth/users/").source(address).json(&body)).answer
    };
    let address = unused_address();
    let (network, _) = address.split_once("::").unwrap();
    signup(&address).with_status(201);
    assert_throttled(&signup(&format!("{network}:1:2:3:4")), 3_600);
    signup(&unused_address()).with_status(201);
}
