//! Failed logins.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Event, Function, PASSWORD, Service, unique};
use serde_json::{Value, json};

const LOGINS: [&str; 5] =
    ["/auth/login/", "/auth/jwt/create/", "/api/auth/login/", "/api/auth/obtain/", "/auth/token/login/"];

fn login(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[tokio::test]
async fn ten_failed_logins_by_a_name_make_only_that_name_wait() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    for attempt in 0..10 {
        let answer = service.post(LOGINS[attempt % LOGINS.len()]).json(&login(&account.username, "wrong")).send().await;
        assert!([400, 401].contains(&answer.status), "{}", answer.text());
    }
    for path in LOGINS {
        let answer = service.post(path).json(&login(&account.username, PASSWORD)).send().await;
        assert_throttled(&answer, 300);
        service.post(path).json(&login(&other.username, PASSWORD)).send().await.with_status(200);
    }
    // Existing sessions are not affected.
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
}

/// Otherwise the answers would tell which address belongs to which username.
#[tokio::test]
async fn the_address_of_an_account_that_is_over_behaves_like_one_that_nobody_has() {
    let service = Service::running();
    let account = service.signup().await;
    let attempt = async |path: &'static str, name: &str, password: &str| {
        service.post(path).json(&login(name, password)).send().await
    };
    for number in 0..10 {
        let answer = attempt(LOGINS[number % LOGINS.len()], &account.username, "wrong").await;
        assert!([400, 401].contains(&answer.status), "{}", answer.text());
    }
    assert_throttled(&attempt("/auth/login/", &account.username, PASSWORD).await, 300);
    let nobody = format!("{}@example.com", unique("nobody"));
    for number in 0..10 {
        let path = LOGINS[number % LOGINS.len()];
        // Not even the right password tells.
        let (known, unknown) = (attempt(path, &account.email, PASSWORD).await, attempt(path, &nobody, PASSWORD).await);
        assert!([400, 401].contains(&known.status), "{number}: {}", known.text());
        assert_eq!((known.status, known.json()), (unknown.status, unknown.json()), "{number}");
    }
    for name in [&account.email, &nobody] {
        assert_throttled(&attempt("/auth/login/", name, PASSWORD).await, 300);
    }
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
async fn successful_logins_do_not_count() {
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
async fn failures_from_elsewhere_do_not_lock_out_a_known_address() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_account=3/3600")]);
    let account = service.signup().await;
    let (home, elsewhere) = (unused_address(), unused_address());
    let attempt = |address: &str, password: &str| {
        let event = Event::new("POST", "/auth/login/").json(&login(&account.username, password));
        auth.invoke(event.source(address)).answer
    };
    attempt(&home, PASSWORD).with_status(200);
    for _ in 0..3 {
        attempt(&unused_address(), "wrong").with_status(401);
    }
    assert_throttled(&attempt(&elsewhere, PASSWORD), 3_600);
    attempt(&home, PASSWORD).with_status(200);
}

/// Whoever signed up at an address, or set the password by a mailed link there, is not locked out by others either.
#[tokio::test]
async fn the_addresses_of_the_signup_and_of_a_reset_are_known() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_account=3/3600")]);
    let (home, new_home) = (unused_address(), unused_address());
    let name = unique("wren");
    let email = format!("{name}@example.com");
    let post = |path: &str, address: &str, body: &Value| {
        auth.invoke(Event::new("POST", path).source(address).json(body)).answer
    };
    let signup = json!({"username": name, "email": email, "password": PASSWORD});
    post("/auth/users/", &home, &signup).with_status(201);
    for _ in 0..3 {
        post("/auth/login/", &unused_address(), &login(&name, "wrong")).with_status(401);
    }
    assert_throttled(&post("/auth/login/", &new_home, &login(&name, PASSWORD)), 3_600);
    post("/auth/login/", &home, &login(&name, PASSWORD)).with_status(200);
    post("/auth/users/reset_password/", &new_home, &json!({"email": email})).with_status(204);
    let mail = service.mail(&email, 1).await;
    let new = "Vb7!panda-moon";
    let confirm = json!({"uid": mail.uid(), "token": mail.token(), "new_password": new});
    post("/auth/users/reset_password_confirm/", &new_home, &confirm).with_status(204);
    post("/auth/login/", &new_home, &login(&name, new)).with_status(200);
}

#[tokio::test]
async fn failed_logins_of_an_address_are_limited_over_all_names() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_address=3/300")]);
    let account = service.signup().await;
    let address = unused_address();
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
async fn three_hundred_failures_an_hour_lock_out_all_unknown_addresses() {
    let service = Service::running();
    // The default limits of a deployment.
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let attempt = |number: usize, address: &str, name: &str, password: &str| {
        let event = Event::new("POST", LOGINS[number % LOGINS.len()]).json(&login(name, password));
        auth.invoke(event.source(address)).answer
    };
    let home = unused_address();
    attempt(0, &home, &account.username, PASSWORD).with_status(200);
    for number in 0..300 {
        let answer = attempt(number, &unused_address(), &account.username, "wrong");
        assert!([400, 401].contains(&answer.status), "{number}: {}", answer.text());
    }
    for number in 0..LOGINS.len() {
        assert_throttled(&attempt(number, &unused_address(), &account.username, PASSWORD), 3_600);
        // By its address the account is not tried, and the answer is that of a wrong password.
        let answer = attempt(number, &unused_address(), &account.email, PASSWORD);
        assert!([400, 401].contains(&answer.status), "{number}: {}", answer.text());
    }
    // Other accounts, addresses from which the account was used before, and existing sessions are not affected.
    attempt(0, &unused_address(), &other.username, PASSWORD).with_status(200);
    attempt(0, &home, &account.username, PASSWORD).with_status(200);
    let me = Event::new("GET", "/auth/users/me/").source(&unused_address()).bearer(&account.access);
    auth.invoke(me).answer.with_status(200);
    // A reset mail lets the owner in from any other address.
    let body = json!({"email": account.email});
    auth.invoke(Event::new("POST", "/auth/users/reset_password/").source(&unused_address()).json(&body))
        .answer
        .with_status(204);
    let mail = service.mail(&account.email, 1).await;
    let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": "Vb7!panda-moon"});
    let confirm = Event::new("POST", "/auth/users/reset_password_confirm/").source(&unused_address()).json(&body);
    auth.invoke(confirm).answer.with_status(204);
}

/// Each costs the verification of a password, so those beyond the limit count as failed ones.
#[tokio::test]
async fn logins_with_the_right_password_beyond_the_limit_end_before_the_password_is_verified() {
    let service = Service::running();
    let limits = "sessions_account=1/3600,login_account_address=2/7200";
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", limits)]);
    let account = service.signup().await;
    let attempt = || auth.invoke(Event::new("POST", "/auth/login/").json(&login(&account.username, PASSWORD))).answer;
    attempt().with_status(200);
    for _ in 0..2 {
        assert_throttled(&attempt(), 3_600);
    }
    let refused = attempt();
    assert_throttled(&refused, 7_200);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(wait > 3_600, "the limit of failed logins is asked first: {wait}");
}

/// A refused login takes its counts back, which costs ten write units. A flood from one address must not pay that
/// often.
#[tokio::test]
async fn a_refused_address_costs_nothing_for_some_seconds() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_address=1/300")]);
    let named = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "login_account_address=1/300")]);
    let address = unused_address();
    let attempt = || {
        let event = Event::new("POST", "/auth/jwt/create/").source(&address);
        auth.invoke(event.json(&login(&unique("nobody"), "wrong")))
    };
    assert_eq!(attempt().answer.status, 401);
    let [refused, again] = [attempt(), attempt()];
    for answer in [&refused.answer, &again.answer] {
        assert_throttled(answer, 300);
    }
    assert!(refused.log["dynamodb.wcu"].as_f64().unwrap() > 0.0, "{}", refused.log);
    assert_eq!(again.log["dynamodb.wcu"], json!(0.0), "{}", again.log);

    // Refused attempts with one name do not reach the address's own limit.
    let (address, name) = (unused_address(), unique("nobody"));
    let attempt = || {
        let event = Event::new("POST", "/auth/jwt/create/").source(&address);
        named.invoke(event.json(&login(&name, "wrong")))
    };
    assert_eq!(attempt().answer.status, 401);
    let [_, again] = [attempt(), attempt()];
    assert_throttled(&again.answer, 300);
    assert_eq!(again.log["dynamodb.wcu"], json!(0.0), "{}", again.log);
}
