//! `POST /api/auth/user/register/`: an account with its profile.

use e2e::acts::tokens::refresh_token;
use e2e::{Answer, PASSWORD, Service, claims_of, unique};
use serde_json::{Value, json};

fn lifetime(access: &str) -> i64 {
    let claims = claims_of(access);
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

async fn register(service: &Service, username: &str, profile: &Value) -> Answer {
    let email = format!("{}@example.com", unique("wren"));
    let body = json!({"username": username, "email": email, "password": PASSWORD, "profile": profile});
    service.post("/api/auth/user/register/").json(&body).send().await
}

#[tokio::test]
async fn register_creates_the_account_with_its_profile() {
    let service = Service::running();
    let username = unique("ada");
    let profile = json!({
        "date_of_birth": "1815-12-10", "alias": "Ada", "bio": "First", "image_url": "https://example.com/a.png",
        "background_image_url": "https://example.com/b.png",
    });
    let answer = register(&service, &username, &profile).await.with_status(201).json();
    let shown = json!({
        "id": answer["id"], "alias": "Ada", "bio": "First", "date_of_birth": "1815-12-10",
        "image_url": "https://example.com/a.png", "background_image_url": "https://example.com/b.png",
    });
    let tokens = &answer["tokens"];
    let expected =
        json!({"id": answer["id"], "username": username, "email": answer["email"], "tokens": tokens, "profile": shown});
    assert_eq!(answer.to_string(), expected.to_string());
    let names: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    assert_eq!(names, ["refresh", "access"]);
    assert_eq!(lifetime(tokens["access"].as_str().unwrap()), 12 * 3_600);
    service.get("/auth/users/me/").bearer(tokens["access"].as_str().unwrap()).send().await.with_status(200);
    let refreshed = refresh_token(&service, tokens["refresh"].as_str().unwrap()).await.with_status(200);
    assert_eq!(lifetime(&refreshed.field("access")), 12 * 3_600);
    let body = json!({"username": username, "password": PASSWORD});
    let tokens = service.post("/api/auth/obtain_token/").json(&body).send().await.with_status(200);
    assert_eq!(claims_of(&tokens.field("access"))["user_id"], answer["id"]);
    let names: Vec<String> = tokens.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["refresh", "access"]);
}

#[tokio::test]
async fn the_address_and_the_repetition_are_optional() {
    let service = Service::running();
    let profile = json!({"date_of_birth": "1990-01-02"});
    let post = |body: Value| service.post("/api/auth/user/register/").json(&body).send();
    let name = unique("ada");
    let body =
        |password2: &str| json!({"username": name, "password": PASSWORD, "password2": password2, "profile": profile});
    post(body("other")).await.is(400, &json!({"password2": ["The two password fields didn’t match."]}));
    let answer = post(body(PASSWORD)).await.with_status(201);
    assert_eq!(answer.field("email"), "");
    post(json!({"username": unique("ada"), "password": PASSWORD, "profile": profile})).await.with_status(201);
}

#[tokio::test]
async fn register_takes_a_form_with_nested_fields() {
    let service = Service::running();
    let (username, email) = (unique("ada"), format!("{}@example.com", unique("ada")));
    let fields = [
        ("username", &*username),
        ("email", &email),
        ("password", PASSWORD),
        ("profile.date_of_birth", "1990-02-28"),
        ("profile.bio", "by form"),
    ];
    let answer = service.post("/api/auth/user/register/").form(&fields).send().await.with_status(201).json();
    assert_eq!(answer["profile"]["bio"], "by form");
    assert_eq!(answer["profile"]["alias"], "");
}

#[tokio::test]
async fn errors_of_the_profile_are_nested_and_reported_with_the_others() {
    let service = Service::running();
    let required = ["This field is required."];
    let all = json!({"username": required, "password": required, "profile": required});
    service.post("/api/auth/user/register/").json(&json!({})).send().await.is(400, &all);
    let wrong_date = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
    for (profile, field, message) in [
        (json!({}), "date_of_birth", "This field is required."),
        (json!({"date_of_birth": "10.12.1815"}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": "1990-02-30"}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": null}), "date_of_birth", "This field may not be null."),
        (json!({"date_of_birth": ""}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": []}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": true}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": 19_900_102}), "date_of_birth", wrong_date),
    ] {
        register(&service, &unique("ada"), &profile).await.is(400, &json!({"profile": {field: [message]}}));
    }
    let future = register(&service, &unique("ada"), &json!({"date_of_birth": "9000-01-01"})).await.with_status(400);
    assert!(future.json()["profile"]["date_of_birth"].is_array(), "{}", future.text());
    let profile = json!({"bio": "b".repeat(401), "image_url": "javascript:alert(1)"});
    let many = register(&service, "bad name!", &profile).await.with_status(400).json();
    for field in ["date_of_birth", "bio", "image_url"] {
        assert!(many["profile"][field].is_array(), "{field} in {many}");
    }
    assert!(many["username"].is_array(), "{many}");
}
