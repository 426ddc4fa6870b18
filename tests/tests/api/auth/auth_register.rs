//! `POST /auth/register/`: its errors and the policy. The whole registration is in `scenarios::twitter_client_flow`.

use e2e::{Event, Function, Service, unique};
use serde_json::{Value, json};

const PATH: &str = "/auth/register/";

async fn assert_refused(service: &Service, body: &Value, errors: &Value) {
    service.post(PATH).json(body).send().await.is(400, errors);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let service = Service::running();
    let all =
        |message: &str| json!({"name": [message], "username": [message], "email": [message], "password": [message]});
    let two = |message: &str| json!({"username": [message], "password": [message]});
    let rows = [
        (json!({}), two("This field is required.")),
        (json!({"name": "", "username": "", "email": " ", "password": ""}), two("This field may not be blank.")),
        (
            json!({"name": Value::Null, "username": Value::Null, "email": Value::Null, "password": Value::Null}),
            all("This field may not be null."),
        ),
    ];
    for (body, errors) in rows {
        assert_refused(&service, &body, &errors).await;
    }
    let no_string = ["Not a valid string."];
    let email = ["Enter a valid email address."];
    let errors = json!({"name": no_string, "username": no_string, "email": email, "password": no_string});
    assert_refused(&service, &json!({"name": [], "username": {}, "email": true, "password": [1]}), &errors).await;
    let long = |max: u32| [format!("Ensure this field has no more than {max} characters.")];
    let email = format!("{}@example.com", "e".repeat(300));
    let body =
        json!({"name": "n".repeat(151), "username": "u".repeat(151), "email": email, "password": "p".repeat(513)});
    let errors = json!({"name": long(150), "username": long(150), "email": long(254), "password": long(512)});
    assert_refused(&service, &body, &errors).await;
    let nul = "Null characters are not allowed.";
    let invalid = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    let body = json!({"name": "a\0", "username": "a\0", "email": "a b@example.com", "password": "a\0"});
    let email = ["Enter a valid email address."];
    let errors = json!({"name": [nul], "username": [invalid, nul], "email": email, "password": [nul]});
    assert_refused(&service, &body, &errors).await;
}

#[tokio::test]
async fn the_address_is_optional() {
    let service = Service::running();
    for email in [None, Some("")] {
        let username = unique("wren");
        let mut body = json!({"username": username, "password": "abcd321"});
        if let Some(email) = email {
            body["email"] = json!(email);
        }
        let answer = service.post(PATH).json(&body).send().await.with_status(201).json();
        assert_eq!(answer["user"]["email"], "");
    }
}

#[tokio::test]
async fn a_taken_name_is_the_unique_username_error() {
    let service = Service::running();
    let first = service.signup().await;
    let body = json!({"username": first.username, "email": first.email, "password": "abcd321"});
    let errors = json!({
        "username": ["A user with that username already exists."],
        "email": ["A user with that email already exists."],
    });
    assert_refused(&service, &body, &errors).await;
}

#[tokio::test]
async fn a_short_password_is_refused_and_the_documented_example_accepted() {
    let service = Service::running();
    let username = unique("wren");
    let body =
        |password: &str| json!({"username": username, "email": format!("{username}@gmail.com"), "password": password});
    let short = "This password is too short. It must contain at least 6 characters.";
    assert_refused(&service, &body("abcd3"), &json!({"password": [short]})).await;
    service.post(PATH).json(&body("abcd321")).send().await.with_status(201);
}

#[tokio::test]
async fn the_name_is_optional_and_not_the_username() {
    let service = Service::running();
    let [one, two] = [unique("wren"), unique("wren")];
    for username in [one, two] {
        let email = format!("{username}@gmail.com");
        let body = json!({"name": "Same Name", "username": username, "email": email, "password": "abcd321"});
        service.post(PATH).json(&body).send().await.with_status(201);
    }
    let username = unique("wren");
    let body = json!({"username": username, "email": format!("{username}@gmail.com"), "password": "abcd321"});
    let answer = service.post(PATH).json(&body).send().await.with_status(201);
    assert_eq!(answer.json()["user"]["name"], "");
}

#[tokio::test]
async fn the_name_becomes_the_alias_of_the_author() {
    let service = Service::running();
    let username = unique("wren");
    let email = format!("{username}@gmail.com");
    let body = json!({"name": "Ada Löwe", "username": username, "email": email, "password": "abcd321"});
    service.post(PATH).json(&body).send().await.with_status(201);
    let login = json!({"username": username, "password": "abcd321"});
    let token = service.post("/auth/login/").json(&login).send().await.field("token");
    let tweet =
        service.post("/api/tweets/").bearer(&token).json(&json!({"message": "hi"})).send().await.with_status(201);
    assert_eq!(tweet.json()["author"]["alias"], "Ada Löwe");
}

#[tokio::test]
async fn under_the_standard_policy_every_form_is_checked_in_full() {
    let service = Service::running();
    let function = Function::start_with(&service, "auth", &[("AVIARY_PASSWORD_POLICY", "standard")]);
    let username = unique("wren");
    let email = format!("{username}@gmail.com");
    let (short, common) =
        ("This password is too short. It must contain at least 8 characters.", "This password is too common.");
    for (path, password, message) in [(PATH, "abcd321", short), ("/api/auth/signup/", "password123", common)] {
        let body = json!({"username": username, "email": email, "password": password});
        let answer = function.invoke(Event::new("POST", path).json(&body)).answer;
        answer.is(400, &json!({"password": [message]}));
    }
    let body = json!({"username": username, "email": email, "password": format!("{username}x")});
    let like = json!({"password": ["The password is too similar to the username."]});
    function.invoke(Event::new("POST", PATH).json(&body)).answer.is(400, &like);
}
