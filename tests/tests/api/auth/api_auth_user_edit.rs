//! `PUT /api/auth/user/edit/`.

use e2e::acts::tokens::{obtain_token, refresh_token};
use e2e::{PASSWORD, Service, unique};
use serde_json::{Value, json};

#[tokio::test]
async fn edit_changes_what_is_sent_and_the_password_only_on_request() {
    let service = Service::running();
    let account = service.signup().await;
    let (other, _) = obtain_token(&service, &account).await;
    let edit = |body: Value| service.put("/api/auth/user/edit/").bearer(&account.access).json(&body).send();
    let name = unique("renamed");
    let shown = json!({"id": account.id, "username": name, "email": account.email, "mode": ""});
    edit(json!({"username": name})).await.is(202, &shown);
    // Without update_password the passwords are ignored.
    edit(json!({"current_password": "wrong", "new_password": "x"})).await.is(202, &shown);
    // One that comes with a new address must be right.
    let moved = json!({"email": format!("{}@example.com", unique("new")), "current_password": "wrong"});
    edit(moved).await.is(400, &json!({"current_password": ["Invalid password."]}));
    let body =
        |current: &str, new: &str| json!({"update_password": true, "current_password": current, "new_password": new});
    let required = ["This field is required."];
    let both = json!({"current_password": required, "new_password": required});
    edit(json!({"update_password": true})).await.is(400, &both);
    edit(body("wrong", "Qw8!zebra-kk")).await.is(400, &json!({"current_password": ["Invalid password."]}));
    let common = json!({"new_password": ["This password is too common."]});
    edit(body(PASSWORD, "password123")).await.is(400, &common);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(200);
    edit(body(PASSWORD, "Qw8!zebra-kk")).await.is(202, &shown);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(401);
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    refresh_token(&service, &account.refresh).await.with_status(200);
}

#[tokio::test]
async fn the_mode_is_kept_for_the_client() {
    let service = Service::running();
    let account = service.signup().await;
    let edit = |body: Value| service.put("/api/auth/user/edit/").bearer(&account.access).json(&body).send();
    let mode = async |body: Value| edit(body).await.with_status(202).field("mode");
    assert_eq!(mode(json!({})).await, "");
    assert_eq!(mode(json!({"mode": "dark"})).await, "dark");
    assert_eq!(mode(json!({"email": account.email})).await, "dark");
    // It outlives a change by another endpoint.
    let change = json!({"username": unique("renamed")});
    service.patch("/auth/users/me/").bearer(&account.access).json(&change).send().await.with_status(200);
    assert_eq!(mode(json!({})).await, "dark");
    let long = json!({"mode": ["Ensure this field has no more than 16 characters."]});
    edit(json!({"mode": "m".repeat(17)})).await.is(400, &long);
    assert_eq!(mode(json!({"mode": "m".repeat(16)})).await, "m".repeat(16));
    assert_eq!(mode(json!({"mode": ""})).await, "");
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({
        "username": "bad name!", "email": "nope", "mode": [], "update_password": true, "current_password": "wrong",
        "new_password": "",
    });
    let invalid = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    let errors = json!({
        "username": [invalid], "email": ["Enter a valid email address."], "mode": ["Not a valid string."],
        "current_password": ["Invalid password."], "new_password": ["This field may not be blank."],
    });
    service.put("/api/auth/user/edit/").bearer(&account.access).json(&body).send().await.is(400, &errors);
}
