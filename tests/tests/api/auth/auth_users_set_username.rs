//! `POST /auth/users/set_username/`.

use e2e::{PASSWORD, Service, unique};
use serde_json::{Value, json};

const SET_USERNAME: &str = "/auth/users/set_username/";

#[tokio::test]
async fn set_username_renames_and_refuses_as_djoser() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let set = |body: Value| service.post(SET_USERNAME).bearer(&account.access).json(&body).send();
    let required = ["This field is required."];
    set(json!({})).await.is(400, &json!({"current_password": required, "new_username": required}));
    let body = |name: &str, password: &str| json!({"new_username": name, "current_password": password});
    set(body("free", "bad")).await.is(400, &json!({"current_password": ["Invalid password."]}));
    let taken = json!({"new_username": ["A user with that username already exists."]});
    set(body(&other.username, PASSWORD)).await.is(400, &taken);
    let reserved = json!({"new_username": ["This username is reserved."]});
    set(body("login", PASSWORD)).await.is(400, &reserved);
    let name = unique("renamed");
    set(body(&name, PASSWORD)).await.with_status(204);
    let me = service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    assert_eq!(me.field("username"), name);
    // The own name again, in any case, is no error.
    set(body(&name, PASSWORD)).await.with_status(204);
    set(body(&name.to_uppercase(), PASSWORD)).await.with_status(204);
}

#[tokio::test]
async fn a_wrong_password_is_told_beside_a_wrong_username() {
    let service = Service::running();
    let account = service.signup().await;
    let set = |body: Value| service.post(SET_USERNAME).bearer(&account.access).json(&body).send();
    let wrong = ["Invalid password."];
    let rows = [
        (json!(""), "This field may not be blank."),
        (Value::Null, "This field may not be null."),
        (json!("login"), "This username is reserved."),
    ];
    for (name, message) in rows {
        let errors = json!({"current_password": wrong, "new_username": [message]});
        set(json!({"new_username": name, "current_password": "bad"})).await.is(400, &errors);
    }
    let errors = json!({"current_password": wrong, "new_username": ["This field is required."]});
    set(json!({"current_password": "p".repeat(600)})).await.is(400, &errors);
}

#[tokio::test]
async fn a_repetition_of_the_username_is_compared() {
    let service = Service::running();
    let account = service.signup().await;
    let (name, other) = (unique("renamed"), unique("renamed"));
    let set = |repeated: &str| {
        let body = json!({"new_username": name, "re_new_username": repeated, "current_password": PASSWORD});
        service.post(SET_USERNAME).bearer(&account.access).json(&body).send()
    };
    let differ = json!({"non_field_errors": ["The two username fields didn't match."]});
    set(&other).await.is(400, &differ);
    set("not a name").await.is(400, &differ);
    set(&format!(" {name} ")).await.with_status(204);
}
