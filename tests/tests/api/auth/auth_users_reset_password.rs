//! `POST /auth/users/reset_password/` and `…/reset_password_confirm/`, and the mail between them.

use e2e::{Account, Answer, Mail, PASSWORD, Service, unique};
use serde_json::{Value, json};

const ASK: &str = "/auth/users/reset_password/";
const CONFIRM: &str = "/auth/users/reset_password_confirm/";
const NEW: &str = "Vb7!panda-moon";

async fn ask(service: &Service, email: &str) {
    let answer = service.post(ASK).json(&json!({"email": email})).send().await.with_status(204);
    assert!(answer.body.is_empty());
}

async fn mail(service: &Service, account: &Account) -> Mail {
    ask(service, &account.email).await;
    service.mail(&account.email, 1).await
}

async fn confirm(service: &Service, uid: &str, token: &str, password: &str) -> Answer {
    let body = json!({"uid": uid, "token": token, "new_password": password});
    service.post(CONFIRM).json(&body).send().await
}

fn wrong_token() -> Value {
    json!({"token": ["Invalid token for given user."]})
}

#[tokio::test]
async fn a_reset_mail_works_once_and_ends_every_session() {
    let service = Service::running();
    // A name with many digits could be a number to call, and is not greeted.
    let letters = |digit: char| digit.to_digit(10).map_or(digit, |value| ('a'..='j').nth(value as usize).unwrap());
    let name: String = unique("wren").chars().filter(|c| c.is_alphanumeric()).map(letters).collect();
    let account = service.signup_as(&name).await;
    let mail = mail(&service, &account).await;
    assert_eq!(mail.subject, "Reset your Aviary password");
    assert!(mail.text.contains(&account.username) && mail.html.contains(&account.username));
    assert!(mail.html.contains(&mail.token()) && mail.html.contains(&mail.uid()));

    confirm(&service, &mail.uid(), &mail.token(), NEW).await.with_status(204);
    confirm(&service, &mail.uid(), &mail.token(), "Other7!panda-moon").await.is(400, &wrong_token());
    for credential in [&account.access, &account.device_token] {
        service.get("/auth/users/me/").bearer(credential).send().await.with_status(401);
    }
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    let refresh = service.post("/auth/jwt/refresh/").json(&json!({"refresh": account.refresh})).send().await;
    refresh.unauthorized(&json!({"detail": "Token is blacklisted", "code": "token_not_valid"}));
    let login = |password: &str| json!({"username": account.username, "password": password});
    service.post("/auth/token/login/").json(&login(NEW)).send().await.with_status(200);
    service.post("/auth/token/login/").json(&login(PASSWORD)).send().await.with_status(400);
}

#[tokio::test]
async fn the_address_is_found_in_any_case() {
    let service = Service::running();
    let account = service.signup().await;
    ask(&service, &account.email.to_uppercase()).await;
    service.mail(&account.email, 1).await;
}

#[tokio::test]
async fn an_unknown_address_is_answered_the_same_and_gets_no_mail() {
    let service = Service::running();
    let unknown = format!("{}@example.com", unique("nobody"));
    ask(&service, &unknown).await;
    // When a later mail has arrived, the earlier one would have arrived too.
    let account = service.signup().await;
    mail(&service, &account).await;
    assert!(service.mails(&unknown).await.is_empty());
}

#[tokio::test]
async fn two_mails_both_count_until_one_is_used() {
    let service = Service::running();
    let account = service.signup().await;
    let first = mail(&service, &account).await;
    ask(&service, &account.email).await;
    let second = service.mail(&account.email, 2).await;
    assert_ne!(first.token(), second.token());
    confirm(&service, &first.uid(), &first.token(), NEW).await.with_status(204);
    confirm(&service, &second.uid(), &second.token(), "Other7!panda-moon").await.is(400, &wrong_token());
}

#[tokio::test]
async fn a_token_does_not_outlive_a_change_of_password_or_address() {
    let service = Service::running();
    let (one, other) = (service.signup().await, service.signup().await);
    let (first, second) = (mail(&service, &one).await, mail(&service, &other).await);
    let body = json!({"current_password": PASSWORD, "new_password": NEW});
    service.post("/auth/users/set_password/").bearer(&one.access).json(&body).send().await.with_status(204);
    let body = json!({"email": format!("{}@example.com", unique("new"))});
    service.put("/auth/users/me/").bearer(&other.access).json(&body).send().await.with_status(200);
    for mail in [first, second] {
        confirm(&service, &mail.uid(), &mail.token(), "Other7!panda-moon").await.is(400, &wrong_token());
    }
}

#[tokio::test]
async fn a_reset_token_works_only_for_its_user() {
    let service = Service::running();
    let (one, other) = (service.signup().await, service.signup().await);
    let (first, second) = (mail(&service, &one).await, mail(&service, &other).await);
    confirm(&service, &second.uid(), &first.token(), NEW).await.is(400, &wrong_token());
    // The attempt for the other user has not used it up.
    confirm(&service, &first.uid(), &first.token(), NEW).await.with_status(204);
}

#[tokio::test]
async fn the_password_policy_runs_for_wrong_and_right_reset_tokens() {
    let service = Service::running();
    let account = service.signup().await;
    let mail = mail(&service, &account).await;
    let weak = json!({"new_password": [
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]});
    confirm(&service, &mail.uid(), "bad", "12345").await.is(400, &weak);
    confirm(&service, &mail.uid(), &mail.token(), "12345").await.is(400, &weak);
    let similar = json!({"new_password": ["The password is too similar to the username."]});
    confirm(&service, &mail.uid(), &mail.token(), &format!("{}1", account.username)).await.is(400, &similar);
    // The refused attempts have not used the token up.
    confirm(&service, &mail.uid(), &mail.token(), NEW).await.with_status(204);
}

#[tokio::test]
async fn a_repetition_of_the_new_password_is_compared_after_the_policy() {
    let service = Service::running();
    let account = service.signup().await;
    let mail = mail(&service, &account).await;
    let confirm = |new: &str, repeated: &str| {
        let body = json!({"uid": mail.uid(), "token": mail.token(), "new_password": new, "re_new_password": repeated});
        service.post(CONFIRM).json(&body).send()
    };
    let differ = json!({"non_field_errors": ["The two password fields didn't match."]});
    confirm(NEW, "Other7!panda-moon").await.is(400, &differ);
    confirm("password123", "other").await.is(400, &json!({"new_password": ["This password is too common."]}));
    // The refused attempts have not used the token up.
    confirm(NEW, NEW).await.with_status(204);
}

#[tokio::test]
async fn every_wrong_field_is_reported_as_by_djoser() {
    let service = Service::running();
    let account = service.signup().await;
    let uid = mail(&service, &account).await.uid();
    let field = |name: &str, text: &str| json!({name: [text]});
    let required = "This field is required.";
    let rows = [
        (json!({}), field("email", required)),
        (json!({"email": ""}), field("email", "This field may not be blank.")),
        (json!({"email": null}), field("email", "This field may not be null.")),
        (json!({"email": ["a"]}), field("email", "Enter a valid email address.")),
        (json!({"email": true}), field("email", "Enter a valid email address.")),
        (json!({"email": "bad"}), field("email", "Enter a valid email address.")),
    ];
    for (body, errors) in rows {
        service.post(ASK).json(&body).send().await.is(400, &errors);
    }
    let all = json!({"uid": [required], "token": [required], "new_password": [required]});
    service.post(CONFIRM).json(&json!({})).send().await.is(400, &all);
    let unknown = field("uid", "Invalid user id or user doesn't exist.");
    for uid in ["x", "OTk5OTk5OTk", "MQ==", "%00", &"A".repeat(2_000)] {
        confirm(&service, uid, "token", NEW).await.is(400, &unknown);
    }
    let nul = "Null characters are not allowed.";
    confirm(&service, "a\0b", "a\0b", NEW).await.is(400, &json!({"uid": [nul], "token": [nul]}));
    let number = json!({"uid": 1, "token": "t", "new_password": NEW});
    service.post(CONFIRM).json(&number).send().await.is(400, &unknown);
    let list = json!({"uid": ["x"], "token": "t", "new_password": NEW});
    service.post(CONFIRM).json(&list).send().await.is(400, &field("uid", "Not a valid string."));
    for token in ["bad-token", "x", &"a".repeat(5_000)] {
        confirm(&service, &uid, token, NEW).await.is(400, &wrong_token());
    }
}
