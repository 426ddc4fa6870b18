//! `POST /auth/users/`: djoser's registration.

use e2e::{PASSWORD, Service, unique};
use serde_json::{Value, json};

const PATH: &str = "/auth/users/";

#[tokio::test]
async fn a_registration_answers_as_djoser_for_every_kind_of_body() {
    let service = Service::running();
    let username = unique("alice");
    let email = format!("{username}@EXAMPLE.Com");
    let body = json!({"username": username, "email": email, "password": PASSWORD, "re_password": PASSWORD});
    let answer = service.post(PATH).json(&body).send().await;
    let id = answer.json()["id"].clone();
    let shown = json!({"email": format!("{username}@example.com"), "username": username, "id": id});
    let answer = answer.is(201, &shown);
    // A registration does not log in.
    assert!(!answer.text().contains("token"));
    let username = unique("bob");
    let fields = [("username", &*username), ("password", PASSWORD), ("is_staff", "true"), ("id", "1")];
    let answer = service.post(PATH).form(&fields).send().await.with_status(201);
    assert_eq!((answer.field("email"), answer.field("username")), (String::new(), username.clone()));
    service.post("/auth/jwt/create/").form(&fields).send().await.with_status(200);
}

#[tokio::test]
async fn the_two_passwords_are_compared_after_the_policy() {
    let service = Service::running();
    let username = unique("wren");
    let body = |password: &str| json!({"username": username, "password": password, "re_password": "other"});
    let differ = json!({"non_field_errors": ["The two password fields didn't match."]});
    service.post(PATH).json(&body(PASSWORD)).send().await.is(400, &differ);
    let weak = json!({"password": [
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]});
    service.post(PATH).json(&body("12345")).send().await.is(400, &weak);
}

#[tokio::test]
async fn a_bad_authorization_header_is_a_401_and_a_good_one_does_no_harm() {
    let service = Service::running();
    let account = service.signup().await;
    let body = || json!({"username": unique("wren"), "password": PASSWORD});
    let post = |header: &str, body: Value| service.post(PATH).authorization(header).json(&body).send();
    let invalid = json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}],
    });
    post("Bearer garbage", json!({})).await.unauthorized(&invalid);
    post("Token deadbeef", body()).await.unauthorized(&json!({"detail": "Invalid token."}));
    post(&format!("Bearer {}", account.access), body()).await.with_status(201);
    // Cookies are ignored here, so they need no CSRF token.
    service.post(PATH).cookies(&account.cookies).json(&body()).send().await.with_status(201);
}

#[tokio::test]
async fn every_wrong_field_is_reported_as_by_djoser() {
    let service = Service::running();
    let taken = service.signup().await;
    let required = ["This field is required."];
    let blank = ["This field may not be blank."];
    let no_string = ["Not a valid string."];
    let exists = "A user with that username already exists.";
    let rows = [
        (json!({}), json!({"username": required, "password": required})),
        (json!({"username": "q"}), json!({"password": required})),
        (json!({"username": "", "password": ""}), json!({"username": blank, "password": blank})),
        (json!({"username": "  ", "password": PASSWORD}), json!({"username": blank})),
        (json!({"username": ["a"], "password": {"a": 1}}), json!({"username": no_string, "password": no_string})),
        (
            json!({"username": "x", "email": null, "password": PASSWORD}),
            json!({"email": ["This field may not be null."]}),
        ),
        (
            json!({"username": "be", "email": "nope", "password": PASSWORD}),
            json!({"email": ["Enter a valid email address."]}),
        ),
        (
            json!({"username": "", "email": true, "password": ""}),
            json!({"email": ["Enter a valid email address."], "username": blank, "password": blank}),
        ),
        (json!({"username": "\u{1c}\u{1f}", "password": PASSWORD}), json!({"username": blank})),
        (json!({"username": taken.username, "password": PASSWORD}), json!({"username": [exists]})),
        (
            json!({"username": taken.username, "email": taken.email, "password": PASSWORD}),
            json!({"username": [exists], "email": ["A user with that email already exists."]}),
        ),
        (
            json!({"username": unique("w"), "password": "password123"}),
            json!({"password": ["This password is too common."]}),
        ),
    ];
    for (body, errors) in rows {
        service.post(PATH).json(&body).send().await.is(400, &errors);
    }
}

#[tokio::test]
async fn other_methods_are_401_without_a_caller_and_405_with_one() {
    let service = Service::running();
    let account = service.signup().await;
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for path in [PATH, "/auth/users/reset_password/", "/auth/users/set_password/"] {
        service.get(path).send().await.unauthorized(&nobody);
        let answer = service.get(path).bearer(&account.access).send().await;
        answer.is(405, &json!({"detail": "Method \"GET\" not allowed."}));
    }
}

#[tokio::test]
async fn a_lone_surrogate_is_refused_in_its_field() {
    let service = Service::running();
    let body = br#"{"username":"a\ud800b","password":"Zx9!quokka-7"}"#;
    let answer = service.post(PATH).body("application/json", body.as_slice()).send().await;
    answer.is(
        400,
        &json!({"username": [
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
            "Surrogate characters are not allowed: U+D800.",
        ]}),
    );
}
