//! Usernames that were given up: the last three stay their account's for seven days.

use e2e::{Account, Answer, PASSWORD, Service, unique};
use serde_json::{Value, json};

async fn rename(service: &Service, account: &Account, name: &str) -> Answer {
    service.patch("/auth/users/me/").bearer(&account.access).json(&json!({"username": name})).send().await
}

async fn sign_up(service: &Service, name: &str) -> Answer {
    service.post("/auth/users/").json(&json!({"username": name, "password": PASSWORD})).send().await
}

fn exists() -> Value {
    json!({"username": ["A user with that username already exists."]})
}

#[tokio::test]
async fn an_old_name_is_refused_to_others_and_leads_to_nobody() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    rename(&service, &account, &unique("renamed")).await.with_status(200);
    let old = &account.username;
    sign_up(&service, &old.to_uppercase()).await.is(400, &exists());
    rename(&service, &other, old).await.is(400, &exists());
    let body = json!({"current_password": PASSWORD, "new_username": old});
    let taken = json!({"new_username": exists()["username"]});
    service.post("/auth/users/set_username/").bearer(&other.access).json(&body).send().await.is(400, &taken);
    service.get(&format!("/profile?username={old}")).send().await.with_status(404);
    for path in [format!("/api/auth/{old}/"), format!("/api/users/{old}/")] {
        service.get(&path).bearer(&account.access).send().await.with_status(404);
    }
    let login = json!({"username": old, "password": PASSWORD});
    service.post("/auth/login/").json(&login).send().await.with_status(401);
}

#[tokio::test]
async fn its_owner_takes_an_old_name_back() {
    let service = Service::running();
    let account = service.signup().await;
    let new = unique("renamed");
    rename(&service, &account, &new).await.with_status(200);
    rename(&service, &account, &account.username).await.with_status(200);
    service.get(&format!("/profile?username={}", account.username)).send().await.with_status(200);
    sign_up(&service, &new).await.is(400, &exists());
}

#[tokio::test]
async fn the_last_three_names_are_held() {
    let service = Service::running();
    let account = service.signup().await;
    let names = [(); 4].map(|()| unique("renamed"));
    for name in &names {
        rename(&service, &account, name).await.with_status(200);
    }
    for held in &names {
        sign_up(&service, held).await.is(400, &exists());
    }
    sign_up(&service, &account.username).await.with_status(201);
}

#[tokio::test]
async fn after_a_week_anyone_may_have_the_name() {
    let service = Service::running();
    let account = service.signup().await;
    rename(&service, &account, &unique("renamed")).await.with_status(200);
    let (pk, ago) = (format!("NAME#{}", account.username), json!({"N": (e2e::now() - 1).to_string()}));
    service.dynamodb().set("AccountsTable", &pk, "NAME", "expires_at", &ago).await;
    sign_up(&service, &account.username).await.with_status(201);
}

#[tokio::test]
async fn a_deletion_frees_all_names() {
    let service = Service::running();
    let account = service.signup().await;
    let new = unique("renamed");
    rename(&service, &account, &new).await.with_status(200);
    service.delete(&format!("/api/auth/delete/{new}/")).bearer(&account.access).send().await.with_status(204);
    for free in [&account.username, &new] {
        sign_up(&service, free).await.with_status(201);
    }
}
