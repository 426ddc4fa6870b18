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
    let shown = json!({"id": account.id, "username": name, "email": account.email});
    edit(json!({"username": name})).await.is(200, &shown);
    // Without update_password the passwords are ignored.
    edit(json!({"current_password": "wrong", "new_password": "x"})).await.is(200, &shown);
    let body =
        |current: &str, new: &str| json!({"update_password": true, "current_password": current, "new_password": new});
    let required = ["This field is required."];
    let both = json!({"current_password": required, "new_password": required});
    edit(json!({"update_password": true})).await.is(400, &both);
    edit(body("wrong", "Qw8!zebra-kk")).await.is(400, &json!({"current_password": ["Invalid password."]}));
    let common = json!({"new_password": ["This password is too common."]});
    edit(body(PASSWORD, "password123")).await.is(400, &common);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(200);
    edit(body(PASSWORD, "Qw8!zebra-kk")).await.is(200, &shown);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(401);
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    refresh_token(&service, &account.refresh).await.with_status(200);
}
