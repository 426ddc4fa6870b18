//! `POST /auth/users/undo_email/`: the mail to the old address undoes a change of the address.

use e2e::{Account, Answer, Mail, PASSWORD, Service, unique};
use serde_json::{Value, json};

const CHANGED: &str = "Your Aviary address was changed";
const NEW: &str = "Vb7!panda-moon";

async fn change_to(service: &Service, account: &Account, email: &str) {
    let call = service.put("/auth/users/me/").bearer(&account.access).json(&json!({"email": email}));
    call.send().await.with_status(200);
}

async fn undo(service: &Service, uid: &str, token: &str) -> Answer {
    service.post("/auth/users/undo_email/").json(&json!({"uid": uid, "token": token})).send().await
}

async fn undo_by(service: &Service, mail: &Mail) -> Answer {
    undo(service, &mail.uid(), &mail.token()).await
}

async fn login(service: &Service, name: &str, password: &str) -> Answer {
    service.post("/api/auth/login/").json(&json!({"username": name, "password": password})).send().await
}

async fn email_of(service: &Service, account: &Account) -> Value {
    let access = login(service, &account.username, PASSWORD).await.with_status(200).field("access");
    service.get("/auth/users/me/").bearer(&access).send().await.with_status(200).json()["email"].clone()
}

/// Sets a new password by a mail to this address.
async fn reset(service: &Service, email: &str, password: &str) {
    service.post("/auth/users/reset_password/").json(&json!({"email": email})).send().await.with_status(204);
    let mail = service.mail_about(email, "Reset your Aviary password").await;
    let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": password});
    service.post("/auth/users/reset_password_confirm/").json(&body).send().await.with_status(204);
}

fn address() -> String {
    format!("{}@example.com", unique("new"))
}

fn wrong_token() -> Value {
    json!({"token": ["Invalid token for given user."]})
}

fn taken(field: &str) -> Value {
    let what = if field == "email" { "email" } else { "username" };
    json!({field: [format!("A user with that {what} already exists.")]})
}

#[tokio::test]
async fn the_mail_to_the_old_address_undoes_the_change_once() {
    let service = Service::running();
    let account = service.signup().await;
    let new = address();
    change_to(&service, &account, &new).await;
    let mail = service.mail(&account.email, 1).await;
    assert_eq!(mail.subject, CHANGED);
    assert!(!mail.text.contains(&new), "the mail to the old address must not contain the new one");
    undo_by(&service, &mail).await.with_status(204);
    assert_eq!(email_of(&service, &account).await, account.email);
    undo_by(&service, &mail).await.is(400, &wrong_token());
    service.mail_about(&new, "Your Aviary address was changed back").await;
    // The new address is free again, and the account logs in by the old one.
    let other = json!({"username": unique("wren"), "email": new, "password": PASSWORD});
    service.post("/auth/users/").json(&other).send().await.with_status(201);
    login(&service, &account.email, PASSWORD).await.with_status(200);
}

#[tokio::test]
async fn undoing_ends_every_session_and_token() {
    let service = Service::running();
    let account = service.signup().await;
    change_to(&service, &account, &address()).await;
    undo_by(&service, &service.mail(&account.email, 1).await).await.with_status(204);
    for credential in [&account.access, &account.device_token] {
        service.get("/auth/users/me/").bearer(credential).send().await.with_status(401);
    }
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send().await.with_status(401);
}

#[tokio::test]
async fn the_old_address_is_held_as_address_and_as_name() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    change_to(&service, &account, &address()).await;
    let signup = |body: Value| service.post("/auth/users/").json(&body).send();
    let upper = account.email.to_uppercase();
    signup(json!({"username": unique("wren"), "email": upper, "password": PASSWORD})).await.is(400, &taken("email"));
    signup(json!({"username": account.email, "password": PASSWORD})).await.is(400, &taken("username"));
    let change = |body: Value| service.put("/auth/users/me/").bearer(&other.access).json(&body).send();
    change(json!({"email": account.email})).await.is(400, &taken("email"));
    change(json!({"username": account.email})).await.is(400, &taken("username"));
    // It leads to nobody meanwhile, and its owner takes it back.
    login(&service, &account.email, PASSWORD).await.with_status(401);
    change_to(&service, &account, &account.email).await;
    login(&service, &account.email, PASSWORD).await.with_status(200);
}

/// A stolen access token, five minutes old at most, and no password.
#[tokio::test]
async fn a_thief_who_also_resets_the_password_can_not_switch_the_undoing_off() {
    let service = Service::running();
    let (owner, evil) = (service.signup().await, address());
    change_to(&service, &owner, &evil).await;
    reset(&service, &evil, "Thief-owns-it-77").await;
    let signup = |body: Value| service.post("/auth/users/").json(&body).send();
    let same = json!({"username": unique("thief"), "email": owner.email, "password": PASSWORD});
    signup(same).await.is(400, &taken("email"));
    signup(json!({"username": owner.email, "password": PASSWORD})).await.is(400, &taken("username"));
    let thief = login(&service, &evil, "Thief-owns-it-77").await.with_status(200).field("access");
    for name in ["t1", "t2", "t3", "t4"].map(unique) {
        let call = service.put("/auth/users/me/").bearer(&thief).json(&json!({"username": name}));
        call.send().await.with_status(200);
    }

    undo_by(&service, &service.mail_about(&owner.email, CHANGED).await).await.with_status(204);
    service.get("/auth/users/me/").bearer(&thief).send().await.with_status(401);
    reset(&service, &owner.email, NEW).await;
    login(&service, &owner.email, NEW).await.with_status(200);
    for name in [&owner.email, &evil] {
        login(&service, name, "Thief-owns-it-77").await.with_status(401);
    }
}

#[tokio::test]
async fn undoing_voids_every_mailed_token_but_those_of_earlier_changes() {
    let service = Service::running();
    let account = service.signup().await;
    let ask = |email: &str| service.post("/auth/users/reset_password/").json(&json!({"email": email})).send();
    ask(&account.email).await.with_status(204);
    let early = service.mail(&account.email, 1).await;
    let (second, third) = (address(), address());
    change_to(&service, &account, &second).await;
    let first_change = service.mail_about(&account.email, CHANGED).await;
    ask(&second).await.with_status(204);
    let pending_reset = service.mail(&second, 1).await;
    change_to(&service, &account, &third).await;
    let second_change = service.mail_about(&second, CHANGED).await;
    undo_by(&service, &second_change).await.with_status(204);
    assert_eq!(email_of(&service, &account).await, second);

    // The reset was asked for at the address that the account has again, before it was changed.
    let confirm = |mail: &Mail| {
        let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": NEW});
        service.post("/auth/users/reset_password_confirm/").json(&body).send()
    };
    confirm(&pending_reset).await.is(400, &wrong_token());
    undo_by(&service, &first_change).await.with_status(204);
    assert_eq!(email_of(&service, &account).await, account.email);
    confirm(&early).await.is(400, &wrong_token());
}

#[tokio::test]
async fn undoing_an_earlier_change_voids_the_link_of_a_later_one() {
    let service = Service::running();
    let account = service.signup().await;
    let second = address();
    change_to(&service, &account, &second).await;
    let first_change = service.mail(&account.email, 1).await;
    change_to(&service, &account, &address()).await;
    let second_change = service.mail(&second, 1).await;
    undo_by(&service, &first_change).await.with_status(204);
    undo_by(&service, &second_change).await.is(400, &wrong_token());
    assert_eq!(email_of(&service, &account).await, account.email);
}

#[tokio::test]
async fn a_removed_address_gets_the_mail_too() {
    let service = Service::running();
    let account = service.signup().await;
    change_to(&service, &account, "").await;
    let mail = service.mail(&account.email, 1).await;
    undo_by(&service, &mail).await.with_status(204);
    assert_eq!(email_of(&service, &account).await, account.email);
}

#[tokio::test]
async fn a_link_of_a_week_ago_undoes_nothing() {
    let service = Service::running();
    let account = service.signup().await;
    change_to(&service, &account, &address()).await;
    let mail = service.mail(&account.email, 1).await;
    let (pk, ago) = (format!("U#{}", account.id), ((e2e::now() - 1) * 1_000).to_string());
    let mut former = service.dynamodb().get("AccountsTable", &pk, "USER").await["former_addresses"].clone();
    former["L"][0]["M"]["until"] = json!({"N": ago});
    service.dynamodb().set("AccountsTable", &pk, "USER", "former_addresses", &former).await;
    undo_by(&service, &mail).await.is(400, &wrong_token());
}

#[tokio::test]
async fn a_token_of_another_purpose_or_user_undoes_nothing() {
    let service = Service::running();
    let (one, other) = (service.signup().await, service.signup().await);
    change_to(&service, &one, &address()).await;
    let mail = service.mail(&one.email, 1).await;
    service.post("/auth/users/reset_password/").json(&json!({"email": other.email})).send().await.with_status(204);
    let reset = service.mail(&other.email, 1).await;
    undo(&service, &reset.uid(), &reset.token()).await.is(400, &wrong_token());
    undo(&service, &reset.uid(), &mail.token()).await.is(400, &wrong_token());
    let confirm = json!({"uid": mail.uid(), "token": mail.token(), "new_password": NEW});
    service.post("/auth/users/reset_password_confirm/").json(&confirm).send().await.is(400, &wrong_token());
    let confirm = json!({"uid": mail.uid(), "token": mail.token()});
    service.post("/auth/users/confirm_email/").json(&confirm).send().await.is(400, &wrong_token());
    let required = ["This field is required."];
    let both = json!({"uid": required, "token": required});
    service.post("/auth/users/undo_email/").json(&json!({})).send().await.is(400, &both);
    let unknown = json!({"uid": ["Invalid user id or user doesn't exist."]});
    undo(&service, "x", &mail.token()).await.is(400, &unknown);
}
