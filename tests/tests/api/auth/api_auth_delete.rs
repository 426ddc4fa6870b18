//! `DELETE /api/auth/delete/<username>/`.

use e2e::{Service, eventually};
use serde_json::{Value, json};

#[tokio::test]
async fn only_the_owner_deletes_an_account() {
    let service = Service::running();
    let (account, stranger) = (service.signup().await, service.signup().await);
    let path = format!("/api/auth/delete/{}/", account.username);
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    service.delete(&path).send().await.with_status(401);
    service.delete(&path).bearer(&stranger.access).send().await.is(403, &forbidden);
    let done = service.delete(&path).bearer(&account.device_token).send().await.with_status(204);
    assert!(done.body.is_empty());
    service.delete(&path).bearer(&stranger.access).send().await.is(404, &json!({"detail": "Not found."}));
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(401);
}

/// The trail names who did it, where it was not the account's own user.
#[tokio::test]
async fn the_audit_trail_names_the_staff_member_who_deletes_an_account() {
    let service = Service::running();
    let (account, own, staff) = (service.signup().await, service.signup().await, service.signup().await);
    let principal = format!("U#{}", staff.id);
    service.dynamodb().set("CredentialsTable", &principal, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    for (deleted, by, actor) in [(&account, &staff, json!(staff.id)), (&own, &own, Value::Null)] {
        let path = format!("/api/auth/delete/{}/", deleted.username);
        service.delete(&path).bearer(&by.access).send().await.with_status(204);
        let recorded = async || {
            let events = service.audit_trail(&deleted.id).await;
            events.into_iter().find(|event| event.contains("account_deleted"))
        };
        let event: Value = serde_json::from_str(&eventually("the event", recorded).await).unwrap();
        assert_eq!((&event["user.id"], &event["actor.id"]), (&json!(deleted.id), &actor));
    }
}

#[tokio::test]
async fn a_body_that_is_not_used_is_not_parsed() {
    let service = Service::running();
    for (content_type, body) in
        [("application/json", "{\"username\": "), ("text/plain", "x"), ("application/json", "[]")]
    {
        let account = service.signup().await;
        let call = service.delete(&format!("/api/auth/delete/{}/", account.username)).bearer(&account.access);
        call.body(content_type, body).send().await.with_status(204);
    }
    let account = service.signup().await;
    let tweet = service.tweet(&account, "hello").await;
    let call = service.delete(&format!("/api/tweets/{}/", tweet["id"].as_str().unwrap())).bearer(&account.access);
    call.body("application/json", "{").send().await.with_status(204);
    let call = service.delete("/api/auth/sessions/").bearer(&account.access);
    call.body("application/json", "{").send().await.with_status(204);
}

#[tokio::test]
async fn an_address_deletes_nobody() {
    let service = Service::running();
    let (account, stranger) = (service.signup().await, service.signup().await);
    let path = format!("/api/auth/delete/{}/", account.email);
    for caller in [&account, &stranger] {
        service.delete(&path).bearer(&caller.access).send().await.is(404, &json!({"detail": "Not found."}));
    }
}
