//! `POST /api/auth/user/register/`: an account with its profile.

use e2e::{Answer, PASSWORD, Service, claims_of, unique};
use serde_json::{Value, json};

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
    let expected = json!({"id": answer["id"], "username": username, "email": answer["email"], "profile": shown});
    assert_eq!(answer.to_string(), expected.to_string());
    let body = json!({"username": username, "password": PASSWORD});
    let tokens = service.post("/api/auth/obtain_token/").json(&body).send().await.with_status(200);
    assert_eq!(claims_of(&tokens.field("access"))["user_id"], answer["id"]);
    let names: Vec<String> = tokens.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["refresh", "access"]);
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
    let all = json!({"username": required, "email": required, "password": required, "profile": required});
    service.post("/api/auth/user/register/").json(&json!({})).send().await.is(400, &all);
    let wrong_date = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
    for (profile, field, message) in [
        (json!({}), "date_of_birth", "This field is required."),
        (json!({"date_of_birth": "10.12.1815"}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": "1990-02-30"}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": null}), "date_of_birth", "This field may not be null."),
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
