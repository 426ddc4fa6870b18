//! `PATCH /api/auth/update/<username>/` and `PATCH /api/auth/change-password/<username>/`: document 003's clients.

use e2e::{Account, Answer, PASSWORD, Service, unique};
use serde_json::{Value, json};

const NEW: &str = "Qw8!zebra-kk";

async fn patch(service: &Service, caller: &Account, path: &str, body: Value) -> Answer {
    service.patch(path).bearer(&caller.access).json(&body).send().await
}

/// The same text in `detail` and in `message`.
fn told(detail: &str) -> Value {
    json!({"detail": detail, "message": detail})
}

async fn staff(service: &Service) -> Account {
    let staff = service.signup().await;
    let pk = format!("U#{}", staff.id);
    service.dynamodb().set("CredentialsTable", &pk, "PRINCIPAL", "staff", &json!({"BOOL": true})).await;
    staff
}

#[tokio::test]
async fn update_renames_and_returns_a_new_pair() {
    let service = Service::running();
    let account = service.signup().await;
    let name = unique("renamed");
    let path = format!("/api/auth/update/{}/", account.username.to_uppercase());
    let answer = patch(&service, &account, &path, json!({"new_username": name})).await.with_status(200);
    let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["message", "access", "refresh"]);
    for access in [&answer.field("access"), &account.access] {
        let me = service.get("/auth/users/me/").bearer(access).send().await.with_status(200);
        assert_eq!(me.field("username"), name);
    }
    let refresh = service.post("/api/auth/refresh/").json(&json!({"refresh": answer.field("refresh")}));
    refresh.send().await.with_status(200);
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_can_be_repeated() {
    let service = Service::running();
    let (account, stranger) = (service.signup().await, service.signup().await);
    let (name, path) = (unique("renamed"), format!("/api/auth/update/{}/", account.username));
    let body = json!({"new_username": name});
    patch(&service, &account, &path, body.clone()).await.with_status(200);
    let again = patch(&service, &account, &path, body.clone()).await.with_status(200);
    let me = service.get("/auth/users/me/").bearer(&again.field("access")).send().await.with_status(200);
    assert_eq!(me.field("username"), name);
    // The former name leads nobody else to the account, and its owner to no other change.
    patch(&service, &stranger, &path, body).await.is(404, &told("Not found."));
    patch(&service, &account, &path, json!({"new_username": unique("other")})).await.is(404, &told("Not found."));
}

#[tokio::test]
async fn a_refused_update_says_why_in_message_too() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let path = format!("/api/auth/update/{}/", account.username);
    let rows = [
        (json!({}), "This field is required."),
        (json!({"new_username": "login"}), "This username is reserved."),
        (json!({"new_username": other.username}), "A user with that username already exists."),
    ];
    for (body, message) in rows {
        let errors = json!({"new_username": [message], "message": message});
        patch(&service, &account, &path, body).await.is(400, &errors);
    }
}

#[tokio::test]
async fn only_the_owner_may_act_as_the_user_and_no_staff() {
    let service = Service::running();
    let (account, stranger, staff) = (service.signup().await, service.signup().await, staff(&service).await);
    let bodies = [
        ("update", json!({"new_username": unique("renamed")})),
        ("change-password", json!({"password": PASSWORD, "new_password": NEW, "new_password2": NEW})),
    ];
    for (route, body) in bodies {
        let path = format!("/api/auth/{route}/{}/", account.username);
        for caller in [&stranger, &staff] {
            let forbidden = told("You do not have permission to perform this action.");
            patch(&service, caller, &path, body.clone()).await.is(403, &forbidden);
            for unknown in [unique("nobody"), account.email.clone()] {
                let path = format!("/api/auth/{route}/{unknown}/");
                patch(&service, caller, &path, body.clone()).await.is(404, &told("Not found."));
            }
        }
        let nobody = told("Authentication credentials were not provided.");
        service.patch(&path).json(&body).send().await.unauthorized(&nobody);
    }
    let login = json!({"username": account.username, "password": PASSWORD});
    service.post("/api/auth/token/").json(&login).send().await.with_status(200);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let service = Service::running();
    let account = service.signup().await;
    let path = format!("/api/auth/change-password/{}/", account.username);
    let body = |password: &str, new: &str, new2: &str| json!({"password": password, "new_password": new, "new_password2": new2});
    let change = async |body: Value| patch(&service, &account, &path, body).await;
    let required = ["This field is required."];
    let all = json!({
        "password": required, "new_password": required, "new_password2": required, "message": required[0],
    });
    change(json!({})).await.is(400, &all);
    let differ = "The two password fields didn't match.";
    let both = json!({"password": ["Invalid password."], "new_password2": [differ], "message": "Invalid password."});
    change(body("wrong", NEW, "other")).await.is(400, &both);
    let common = "This password is too common.";
    let weak = change(body(PASSWORD, "password123", "password123")).await;
    weak.is(400, &json!({"new_password": [common], "message": common}));
    let done = change(body(PASSWORD, NEW, NEW)).await.with_status(200);
    assert!(!done.field("message").is_empty());
    service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(401);
    let login = |password: &str| json!({"username": account.username, "password": password});
    service.post("/api/auth/token/").json(&login(PASSWORD)).send().await.with_status(401);
    service.post("/api/auth/token/").json(&login(NEW)).send().await.with_status(200);
}
