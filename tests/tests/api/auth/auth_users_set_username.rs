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
    set(body("me", PASSWORD)).await.is(400, &reserved);
    let name = unique("renamed");
    set(body(&name, PASSWORD)).await.with_status(204);
    let me = service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    assert_eq!(me.field("username"), name);
}
