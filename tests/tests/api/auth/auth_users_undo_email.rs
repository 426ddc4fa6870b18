//! `POST /auth/users/undo_email/`: the mail to the old address undoes a change of the address.

use e2e::{Account, Answer, PASSWORD, Service, unique};
use serde_json::{Value, json};

async fn change_to(service: &Service, account: &Account, email: &str) {
    let call = service.put("/auth/users/me/").bearer(&account.access).json(&json!({"email": email}));
    call.send().await.with_status(200);
}

async fn undo(service: &Service, uid: &str, token: &str) -> Answer {
    service.post("/auth/users/undo_email/").json(&json!({"uid": uid, "token": token})).send().await
}

async fn email_of(service: &Service, account: &Account) -> Value {
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200).json()["email"].clone()
}

fn wrong_token() -> Value {
    json!({"token": ["Invalid token for given user."]})
}

#[tokio::test]
async fn the_mail_to_the_old_address_undoes_the_change_once() {
    let service = Service::running();
    let account = service.signup().await;
    let new = format!("{}@example.com", unique("new"));
    change_to(&service, &account, &new).await;
    let mail = service.mail(&account.email, 1).await;
    assert_eq!(mail.subject, "Your Aviary address was changed");
    assert!(!mail.text.contains(&new), "the mail to the old address must not contain the new one");
    undo(&service, &mail.uid(), &mail.token()).await.with_status(204);
    assert_eq!(email_of(&service, &account).await, account.email);
    undo(&service, &mail.uid(), &mail.token()).await.is(400, &wrong_token());
    // The new address is free again, and the account logs in by the old one.
    let other = json!({"username": unique("wren"), "email": new, "password": PASSWORD});
    service.post("/auth/users/").json(&other).send().await.with_status(201);
    let login = json!({"username": account.email, "password": PASSWORD});
    service.post("/auth/login/").json(&login).send().await.with_status(200);
}

#[tokio::test]
async fn an_address_that_another_user_has_taken_is_not_restored() {
    let service = Service::running();
    let account = service.signup().await;
    let new = format!("{}@example.com", unique("new"));
    change_to(&service, &account, &new).await;
    let mail = service.mail(&account.email, 1).await;
    let other = json!({"username": unique("wren"), "email": account.email, "password": PASSWORD});
    service.post("/auth/users/").json(&other).send().await.with_status(201);
    let taken = json!({"email": ["A user with that email already exists."]});
    undo(&service, &mail.uid(), &mail.token()).await.is(400, &taken);
    assert_eq!(email_of(&service, &account).await, new);
}

#[tokio::test]
async fn a_removed_address_gets_the_mail_too() {
    let service = Service::running();
    let account = service.signup().await;
    change_to(&service, &account, "").await;
    let mail = service.mail(&account.email, 1).await;
    undo(&service, &mail.uid(), &mail.token()).await.with_status(204);
    assert_eq!(email_of(&service, &account).await, account.email);
}

#[tokio::test]
async fn a_token_of_another_purpose_or_user_undoes_nothing() {
    let service = Service::running();
    let (one, other) = (service.signup().await, service.signup().await);
    change_to(&service, &one, &format!("{}@example.com", unique("new"))).await;
    let mail = service.mail(&one.email, 1).await;
    service.post("/auth/users/reset_password/").json(&json!({"email": other.email})).send().await.with_status(204);
    let reset = service.mail(&other.email, 1).await;
    undo(&service, &reset.uid(), &reset.token()).await.is(400, &wrong_token());
    undo(&service, &reset.uid(), &mail.token()).await.is(400, &wrong_token());
    let confirm = json!({"uid": mail.uid(), "token": mail.token(), "new_password": "Vb7!panda-moon"});
    service.post("/auth/users/reset_password_confirm/").json(&confirm).send().await.is(400, &wrong_token());
    let required = ["This field is required."];
    let both = json!({"uid": required, "token": required});
    service.post("/auth/users/undo_email/").json(&json!({})).send().await.is(400, &both);
    let unknown = json!({"uid": ["Invalid user id or user doesn't exist."]});
    undo(&service, "x", &mail.token()).await.is(400, &unknown);
}
