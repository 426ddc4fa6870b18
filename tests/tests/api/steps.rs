//! What a request may cost: sequential steps to DynamoDB, as the log says.

use e2e::{Account, Event, Form, Function, PASSWORD, Service, claims_of, jpeg, unique};
use serde_json::{Value, json};

fn post(path: &str, body: &Value) -> Event {
    Event::new("POST", path).json(body)
}

#[track_caller]
fn assert_steps(function: &Function, event: Event, status: u16, steps: u64) -> Value {
    let invoked = function.invoke(event);
    let counted = invoked.steps();
    let answer = invoked.answer.with_status(status);
    assert_eq!(counted, steps, "steps: {}", invoked.log);
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

#[tokio::test]
async fn accounts_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    let signup = json!({"username": unique("wren"), "password": PASSWORD});
    assert_steps(&auth, post("/api/auth/signup/", &signup), 201, 2);
    assert_steps(&auth, post("/api/auth/signup/", &signup), 400, 2);
    let email = format!("{}@example.com", unique("wren"));
    let register = json!({"username": unique("wren"), "email": email, "password": "abcd321"});
    assert_steps(&auth, post("/auth/register/", &register), 201, 2);
    let login = json!({"username": account.username, "password": PASSWORD});
    assert_steps(&auth, post("/auth/login/", &login), 200, 3);
    for path in ["/auth/jwt/create/", "/api/auth/login/", "/api/auth/obtain/", "/auth/token/login/"] {
        assert_steps(&auth, post(path, &login), 200, 3);
    }
}

#[tokio::test]
async fn an_unknown_name_costs_as_many_steps_as_a_wrong_password() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    for username in [&account.username, &unique("nobody")] {
        assert_steps(&auth, post("/auth/login/", &json!({"username": username, "password": "wrong"})), 401, 3);
    }
}

#[tokio::test]
async fn tokens_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    let verify = |token: &str| post("/auth/jwt/verify/", &json!({"token": token}));
    assert_steps(&auth, verify(&account.access), 200, 0);
    assert_steps(&auth, verify(&account.refresh), 200, 1);
    let refresh = |token: &str| post("/auth/jwt/refresh/", &json!({"refresh": token}));
    assert_steps(&auth, refresh(&account.refresh), 200, 1);
    let next = assert_steps(&auth, refresh(&account.refresh), 200, 1);
    let next = assert_steps(&auth, refresh(next["refresh"].as_str().unwrap()), 200, 1);
    // A promotion soon after another keeps what that superseded, and has to read it first.
    let next = assert_steps(&auth, refresh(next["refresh"].as_str().unwrap()), 200, 2);
    age_family(&service, &account).await;
    assert_steps(&auth, refresh(next["refresh"].as_str().unwrap()), 200, 1);
}

/// Moves the family's last promotion a minute into the past.
async fn age_family(service: &Service, account: &Account) {
    let (pk, sid) = (format!("U#{}", account.id), claims_of(&account.refresh)["sid"].clone());
    let sk = format!("S#{}", sid.as_str().unwrap());
    let mut current = service.dynamodb().get("CredentialsTable", &pk, &sk).await["current"].clone();
    let since = &mut current["L"][0]["M"]["since"]["N"];
    let millis: i64 = since.as_str().unwrap().parse().unwrap();
    *since = (millis - 60_000).to_string().into();
    service.dynamodb().set("CredentialsTable", &pk, &sk, "current", &current).await;
}

#[tokio::test]
async fn a_caller_costs_one_step_and_one_more_by_cookie_or_device_token() {
    let service = Service::running();
    let account = service.signup().await;
    let auth = Function::start(&service, "auth");
    let me = || Event::new("GET", "/auth/users/me/");
    assert_steps(&auth, me().bearer(&account.access), 200, 1);
    assert_steps(&auth, me().bearer(&account.device_token), 200, 2);
    assert_steps(&auth, me().cookies(&[format!("sessionid={}", account.cookies.session)]), 200, 2);
    assert_steps(&auth, me(), 401, 0);
    assert_steps(&auth, me().bearer("garbage"), 401, 0);
}

#[tokio::test]
async fn profiles_cost_what_they_should() {
    let service = Service::running();
    let account = service.signup().await;
    let profiles = Function::start(&service, "profiles");
    let show = Event::new("GET", "/profile").query(&format!("username={}", account.username));
    assert_steps(&profiles, show, 200, 2);
    let update = || Event::new("PUT", "/profile/update").bearer(&account.access);
    assert_steps(&profiles, update().json(&json!({"bio": "short"})), 200, 2);
    assert_steps(&profiles, Event::new("GET", "/profile/default.png"), 200, 0);
}

#[tokio::test]
async fn tweets_cost_what_they_should() {
    let service = Service::running();
    let account: Account = service.signup().await;
    let tweets = Function::start(&service, "tweets");
    let photo = jpeg(8, 8, 1);
    let form = Form::default().text("message", "hi").file("imagelinks", "a.jpg", "image/jpeg", &photo);
    let event = Event::new("POST", "/tweet").bearer(&account.access).multipart(&form);
    let tweet = assert_steps(&tweets, event, 201, 2);
    let path = format!("/api/tweets/{}/", tweet["id"].as_str().unwrap());
    assert_steps(&tweets, Event::new("GET", &path), 200, 2);
    assert_steps(&tweets, Event::new("DELETE", &path).bearer(&account.access), 204, 2);
    assert_steps(&tweets, Event::new("GET", &path), 404, 1);
}
