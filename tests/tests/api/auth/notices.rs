//! Mails that tell: of a changed password, and of the end of an account. And whom mails greet.

use e2e::{Account, Call, Event, Function, PASSWORD, Service, unique};
use serde_json::json;

const NEW: &str = "Vb7!panda-moon";
const PASSWORD_CHANGED: &str = "Your Aviary password was changed";
const DELETED: &str = "Your Aviary account was deleted";

#[tokio::test]
async fn every_way_to_a_new_password_tells_the_owner() {
    let service = Service::running();
    let set = json!({"current_password": PASSWORD, "new_password": NEW});
    let edit = json!({"update_password": true, "current_password": PASSWORD, "new_password": NEW});
    let ways = [("POST", "/auth/users/set_password/", set), ("PUT", "/api/auth/user/edit/", edit)];
    for (method, path, body) in ways {
        let account = service.signup().await;
        let answer = service.call(method, path).bearer(&account.access).json(&body).send().await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
        let mail = service.mail_about(&account.email, PASSWORD_CHANGED).await;
        assert!(!mail.text.contains("token"), "{}", mail.text);
    }
    let account = service.signup().await;
    let ask = json!({"email": account.email});
    service.post("/auth/users/reset_password/").json(&ask).send().await.with_status(204);
    let mail = service.mail(&account.email, 1).await;
    let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": NEW});
    service.post("/auth/users/reset_password_confirm/").json(&body).send().await.with_status(204);
    service.mail_about(&account.email, PASSWORD_CHANGED).await;
}

#[tokio::test]
async fn a_refused_password_tells_nobody() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"current_password": "wrong", "new_password": NEW});
    service.post("/auth/users/set_password/").bearer(&account.access).json(&body).send().await.with_status(400);
    // When a later mail has arrived, the earlier one would have arrived too.
    let ask = json!({"email": account.email});
    service.post("/auth/users/reset_password/").json(&ask).send().await.with_status(204);
    service.mail(&account.email, 1).await;
    assert_eq!(service.mails(&account.email).await.len(), 1);
}

#[tokio::test]
async fn every_way_to_delete_an_account_tells_its_owner() {
    let service = Service::running();
    let ways: [fn(&Service, &Account) -> Call; 3] = [
        |service, _| service.delete("/auth/users/me/").json(&json!({"current_password": PASSWORD})),
        |service, account| service.delete("/api/auth/user/delete/").json(&json!({"refresh_token": account.refresh})),
        |service, account| service.delete(&format!("/api/auth/delete/{}/", account.username)),
    ];
    for way in ways {
        let account = service.signup().await;
        way(&service, &account).bearer(&account.access).send().await.with_status(204);
        service.mail_about(&account.email, DELETED).await;
    }
}

/// A stranger chooses the username, and mail programs make links of what looks like one.
#[tokio::test]
async fn nobody_is_greeted_by_a_name_that_could_become_a_link() {
    let service = Service::running();
    let name = format!("www.your-account-is-locked.{}.example.com", unique("evil"));
    let account = service.signup_as(&name).await;
    let ask = json!({"email": account.email});
    service.post("/auth/users/reset_password/").json(&ask).send().await.with_status(204);
    let mail = service.mail(&account.email, 1).await;
    for part in [&mail.text, &mail.html] {
        assert!(part.contains("Hello,") && !part.contains("locked"), "{part}");
    }
}

/// A signup proves no mailbox, so whoever signs up with a stranger's address could make us mail it without end.
#[tokio::test]
async fn a_mailbox_gets_so_many_notices_a_day_and_the_changes_go_on() {
    let service = Service::running();
    let auth = Function::start_with(&service, "auth", &[("AVIARY_LIMITS", "notice_email=1/86400")]);
    let account = service.signup().await;
    let set = |old: &str, new: &str| {
        let body = json!({"current_password": old, "new_password": new});
        let event = Event::new("POST", "/auth/users/set_password/").bearer(&account.access).json(&body);
        auth.invoke(event).answer.with_status(204)
    };
    set(PASSWORD, NEW);
    set(NEW, PASSWORD);
    let delete = Event::new("DELETE", "/auth/users/me/").json(&json!({"current_password": PASSWORD}));
    auth.invoke(delete.bearer(&account.access)).answer.with_status(204);
    service.mail_about(&account.email, PASSWORD_CHANGED).await;
    // When a later mail has arrived, earlier ones would have arrived too.
    let ask = json!({"email": account.email});
    service
        .post("/auth/users/")
        .json(&json!({"username": unique("wren"), "email": account.email,
        "password": PASSWORD}))
        .send()
        .await
        .with_status(201);
    service.post("/auth/users/reset_password/").json(&ask).send().await.with_status(204);
    service.mail(&account.email, 2).await;
    assert_eq!(service.mails(&account.email).await.len(), 2, "the notice of the first change, and the reset");
}
