//! Document 004's clients that address the own account by its id: `/auth/users/<id>/`.

use e2e::acts::people::sign_up_staff;
use e2e::{PASSWORD, Service, unique};
use serde_json::json;

#[tokio::test]
async fn the_own_id_is_the_own_account() {
    let service = Service::running();
    let account = service.signup().await;
    let path = format!("/auth/users/{}/", account.id);
    let me = service.get_as(&account, "/auth/users/me/").await.with_status(200).json();
    service.get_as(&account, &path).await.is(200, &me);
    let names = [unique("wren"), unique("finch")];
    for (call, name) in [service.put(&path), service.patch(&path)].into_iter().zip(&names) {
        let changed = call.bearer(&account.access).json(&json!({"username": name})).send().await.with_status(200);
        assert_eq!(changed.field("username"), *name);
    }
    let wrong = service.delete(&path).bearer(&account.access).json(&json!({"current_password": "wrong"})).send().await;
    wrong.tells(400, &json!({"current_password": ["Invalid password."]}));
    let delete = service.delete(&path).bearer(&account.access).json(&json!({"current_password": PASSWORD}));
    delete.send().await.with_status(204);
    service.get_as(&account, "/auth/users/me/").await.with_status(401);
}

#[tokio::test]
async fn anothers_id_is_unknown_to_everybody() {
    let service = Service::running();
    let (account, other, staff) = (service.signup().await, service.signup().await, sign_up_staff(&service).await);
    let gone = json!({"detail": "Not found."});
    for caller in [&account, &staff] {
        for id in [&*other.id, "019a9f3c-6b00-7c52-9d41-3e5f70a1b2c3", "1"] {
            for method in ["GET", "PUT", "PATCH", "DELETE"] {
                let call = service.call(method, &format!("/auth/users/{id}/")).bearer(&caller.access);
                call.json(&json!({"current_password": PASSWORD})).send().await.tells(404, &gone);
            }
        }
    }
    service.get_as(&other, "/auth/users/me/").await.with_status(200);
}
