//! How often an account signs in, and how many sessions it has.

use e2e::limits::{assert_throttled, unused_address};
use e2e::{Account, Event, Function, PASSWORD, Service};
use serde_json::json;

#[tokio::test]
async fn the_sessions_that_an_account_opens_are_limited() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "sessions_account=2/3600")]);
    let (account, other) = (service.signup().await, service.signup().await);
    let login = |path: &str, account: &Account, password: &str| {
        let body = json!({"username": account.username, "password": password});
        auth.invoke(Event::new("POST", path).source(&unused_address()).json(&body)).answer
    };
    // Only a right password counts.
    login("/auth/login/", &account, "wrong").with_status(401);
    login("/auth/jwt/create/", &account, PASSWORD).with_status(200);
    login("/auth/token/login/", &account, PASSWORD).with_status(200);
    for path in ["/auth/login/", "/auth/jwt/create/", "/api/auth/login/", "/api/auth/obtain/", "/auth/token/login/"] {
        assert_throttled(&login(path, &account, PASSWORD), 3_600);
    }
    login("/auth/login/", &account, "wrong").with_status(401);
    let jwt = Event::new("POST", "/api/jwt/").bearer(&account.access);
    assert_throttled(&auth.invoke(jwt).answer, 3_600);
    login("/auth/login/", &other, PASSWORD).with_status(200);
}

#[tokio::test]
async fn a_window_of_logins_ends() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "sessions_account=1/3")]);
    let account = service.signup().await;
    let login = || {
        let body = json!({"username": account.username, "password": PASSWORD});
        auth.invoke(Event::new("POST", "/auth/login/").source(&unused_address()).json(&body)).answer
    };
    login().with_status(200);
    e2e::eventually("the limit's end", async || (login().status == 200).then_some(())).await;
}

async fn sessions(service: &Service, account: &Account) -> usize {
    let (mut query, mut count) = ("limit=100".to_owned(), 0);
    loop {
        let path = format!("/api/auth/sessions/?{query}");
        let page = service.get(&path).bearer(&account.device_token).send().await.with_status(200).json();
        count += page["results"].as_array().unwrap().len();
        match page["next"].as_str().and_then(|next| next.split_once('?')) {
            Some((_, next)) => query = next.to_owned(),
            None => return count,
        }
    }
}

#[tokio::test]
async fn a_user_has_at_most_a_hundred_sessions_and_the_least_lately_used_goes() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "other_writes_account=1000/60")]);
    let account = service.signup().await;
    let me = |credential: &str| Event::new("GET", "/auth/users/me/").bearer(credential);
    let open = |credential: &str| {
        let answer = auth.invoke(Event::new("POST", "/api/jwt/").bearer(credential)).answer;
        answer.with_status(200).field("access")
    };
    // Signup made three.
    let made: Vec<String> = (0..97).map(|_| open(&account.device_token)).collect();
    assert_eq!(sessions(&service, &account).await, 100);
    auth.invoke(me(&account.access)).answer.with_status(200);
    // The web session and the family of the signup go; the session of the request stays, though it is as old.
    open(&account.device_token);
    open(&account.device_token);
    assert_eq!(sessions(&service, &account).await, 100);
    auth.invoke(me(&account.access)).answer.with_status(401);
    auth.invoke(me(&account.device_token)).answer.with_status(200);
    auth.invoke(me(made.first().unwrap())).answer.with_status(200);
    // Then the first of those that were made.
    let last = open(&account.device_token);
    auth.invoke(me(made.first().unwrap())).answer.with_status(401);
    for alive in [&last, made.last().unwrap()] {
        auth.invoke(me(alive)).answer.with_status(200);
    }
    // What has ended makes room.
    service.delete("/api/auth/sessions/").bearer(&account.device_token).send().await.with_status(204);
    open(&account.device_token);
    assert_eq!(sessions(&service, &account).await, 2);
}
