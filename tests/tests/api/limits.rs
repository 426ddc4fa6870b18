//! What is too much. Limits of addresses want functions of their own, since the local gateway knows one address.

use e2e::{Account, Answer, Event, Function, PASSWORD, Service, unique};
use serde_json::{Value, json};

const LOGINS: [&str; 5] =
    ["/auth/login/", "/auth/jwt/create/", "/api/auth/login/", "/api/auth/obtain/", "/auth/token/login/"];

fn login(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[track_caller]
fn assert_throttled(answer: &Answer, at_most: u64) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let seconds: u64 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=at_most).contains(&seconds), "{seconds}");
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let detail = format!("Request was throttled. Expected available in {seconds} {unit}.");
    assert_eq!(answer.json(), json!({"detail": detail}));
}

#[tokio::test]
async fn after_ten_failures_by_any_form_the_right_password_waits_too_and_nobody_else_does() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    for attempt in 0..10 {
        // The address is the same account.
        let name = if attempt % 2 == 0 { &account.username } else { &account.email };
        let answer = service.post(LOGINS[attempt % LOGINS.len()]).json(&login(name, "wrong")).send().await;
        assert!([400, 401].contains(&answer.status), "{}", answer.text());
    }
    for path in LOGINS {
        let answer = service.post(path).json(&login(&account.username, PASSWORD)).send().await;
        assert_throttled(&answer, 300);
        service.post(path).json(&login(&other.username, PASSWORD)).send().await.with_status(200);
    }
    // Who is signed in already goes on.
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
}

#[tokio::test]
async fn an_unknown_name_is_limited_like_a_known_one() {
    let service = Service::running();
    let name = unique("nobody");
    for _ in 0..10 {
        service.post("/auth/login/").json(&login(&name, "wrong")).send().await.with_status(401);
    }
    assert_throttled(&service.post("/auth/login/").json(&login(&name, "wrong")).send().await, 300);
}

#[tokio::test]
async fn logins_that_succeed_count_for_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    for _ in 0..12 {
        let answer = service.post("/auth/jwt/create/").json(&login(&account.username, PASSWORD)).send().await;
        answer.with_status(200);
    }
}

#[tokio::test]
async fn guessing_the_password_with_a_stolen_session_is_limited_like_a_login() {
    let service = Service::running();
    let account = service.signup().await;
    let body = |current: &str| json!({"current_password": current, "new_password": "Vb7!panda-moon"});
    let set = |current: &'static str| {
        service.post("/auth/users/set_password/").bearer(&account.access).json(&body(current)).send()
    };
    for _ in 0..10 {
        set("wrong").await.is(400, &json!({"current_password": ["Invalid password."]}));
    }
    assert_throttled(&set(PASSWORD).await, 300);
}

#[tokio::test]
async fn three_reset_mails_an_hour_whether_the_address_is_known_or_not() {
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
async fn a_family_is_refreshed_sixty_times_a_minute() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let refresh =
        |account: &Account| service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send();
    let mut throttled = None;
    // Twice as many, should a minute end in between.
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

/// An address of the documentation's, which no other test has.
fn address() -> String {
    let tail = unique("");
    let groups: Vec<&str> = [0, 4, 8].iter().map(|at| tail.get(*at..at + 4).unwrap_or_default()).collect();
    format!("2001:db8::{}", groups.join(":"))
}

#[tokio::test]
async fn others_failures_elsewhere_do_not_lock_an_owner_out_of_a_known_address() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_account=3/3600")]);
    let account = service.signup().await;
    let (home, elsewhere) = (address(), address());
    let attempt = |address: &str, password: &str| {
        let event = Event::new("POST", "/auth/login/").json(&login(&account.username, password));
        auth.invoke(event.source(address)).answer
    };
    attempt(&home, PASSWORD).with_status(200);
    for _ in 0..3 {
        attempt(&address(), "wrong").with_status(401);
    }
    assert_throttled(&attempt(&elsewhere, PASSWORD), 3_600);
    attempt(&home, PASSWORD).with_status(200);
}

#[tokio::test]
async fn an_address_fails_only_so_often_whoever_it_tries() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_address=3/300")]);
    let account = service.signup().await;
    let address = address();
    let attempt = |name: &str, password: &str| {
        let event = Event::new("POST", "/auth/jwt/create/").json(&login(name, password));
        auth.invoke(event.source(&address)).answer
    };
    for _ in 0..3 {
        attempt(&unique("nobody"), "wrong").with_status(401);
    }
    assert_throttled(&attempt(&account.username, PASSWORD), 300);
}

#[tokio::test]
async fn an_address_signs_up_only_so_often_and_asks_for_resets() {
    let service = Service::running();
    let limits = "signup_address=2/3600,reset_address=2/3600";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let (one, other) = (address(), address());
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
