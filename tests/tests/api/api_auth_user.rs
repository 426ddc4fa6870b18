//! Document 000: `/api/auth/obtain_token/`, `/refresh_token/` and `/api/auth/user/…/`.

use e2e::{Account, Answer, PASSWORD, Service, claims_of, unique};
use serde_json::{Value, json};

fn blacklisted() -> Value {
    json!({"detail": "Token is blacklisted", "code": "token_not_valid"})
}

async fn refresh(service: &Service, token: &str) -> Answer {
    service.post("/api/auth/refresh_token/").json(&json!({"refresh": token})).send().await
}

async fn register(service: &Service, username: &str, profile: &Value) -> Answer {
    let email = format!("{}@example.com", unique("wren"));
    let body = json!({"username": username, "email": email, "password": PASSWORD, "profile": profile});
    service.post("/api/auth/user/register/").json(&body).send().await
}

async fn pair(service: &Service, account: &Account) -> (String, String) {
    let body = json!({"username": account.username, "password": PASSWORD});
    let answer = service.post("/api/auth/obtain_token/").json(&body).send().await.with_status(200);
    (answer.field("access"), answer.field("refresh"))
}

#[tokio::test]
async fn register_makes_the_account_with_its_profile() {
    let service = Service::running();
    let username = unique("ada");
    let profile = json!({
        "date_of_birth": "1815-12-10", "alias": "Ada", "bio": "First", "image_url": "https://example.com/a.png",
        "background_image_url": "https://example.com/b.png",
    });
    let answer = register(&service, &username, &profile).await.with_status(201).json();
    let shown = json!({
        "id": answer["id"], "alias": "Ada", "bio": "First", "date_of_birth": "1815-12-10",
        "image_url": "https://example.com/a.png", "background_image_url": "https://example.com/b.png",
    });
    let expected = json!({"id": answer["id"], "username": username, "email": answer["email"], "profile": shown});
    assert_eq!(answer.to_string(), expected.to_string());
    let body = json!({"username": username, "password": PASSWORD});
    let tokens = service.post("/api/auth/obtain_token/").json(&body).send().await.with_status(200);
    assert_eq!(claims_of(&tokens.field("access"))["user_id"], answer["id"]);
    let names: Vec<String> = tokens.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["refresh", "access"]);
}

#[tokio::test]
async fn register_takes_a_form_with_nested_fields() {
    let service = Service::running();
    let (username, email) = (unique("ada"), format!("{}@example.com", unique("ada")));
    let fields = [
        ("username", &*username),
        ("email", &email),
        ("password", PASSWORD),
        ("profile.date_of_birth", "1990-02-28"),
        ("profile.bio", "by form"),
    ];
    let answer = service.post("/api/auth/user/register/").form(&fields).send().await.with_status(201).json();
    assert_eq!(answer["profile"]["bio"], "by form");
    assert_eq!(answer["profile"]["alias"], "");
}

#[tokio::test]
async fn the_profiles_errors_are_nested_and_told_with_the_others() {
    let service = Service::running();
    let required = ["This field is required."];
    let all = json!({"username": required, "email": required, "password": required, "profile": required});
    service.post("/api/auth/user/register/").json(&json!({})).send().await.is(400, &all);
    let wrong_date = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
    for (profile, field, message) in [
        (json!({}), "date_of_birth", "This field is required."),
        (json!({"date_of_birth": "10.12.1815"}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": "1990-02-30"}), "date_of_birth", wrong_date),
        (json!({"date_of_birth": null}), "date_of_birth", "This field may not be null."),
    ] {
        register(&service, &unique("ada"), &profile).await.is(400, &json!({"profile": {field: [message]}}));
    }
    let future = register(&service, &unique("ada"), &json!({"date_of_birth": "9000-01-01"})).await.with_status(400);
    assert!(future.json()["profile"]["date_of_birth"].is_array(), "{}", future.text());
    let profile = json!({"bio": "b".repeat(401), "image_url": "javascript:alert(1)"});
    let many = register(&service, "bad name!", &profile).await.with_status(400).json();
    for field in ["date_of_birth", "bio", "image_url"] {
        assert!(many["profile"][field].is_array(), "{field} in {many}");
    }
    assert!(many["username"].is_array(), "{many}");
}

#[tokio::test]
async fn obtain_and_refresh_answer_as_simplejwt() {
    let service = Service::running();
    let account = service.signup().await;
    let wrong = json!({"username": account.username, "password": "wrong"});
    let nobody = json!({"detail": "No active account found with the given credentials"});
    service.post("/api/auth/obtain_token/").json(&wrong).send().await.unauthorized(&nobody);
    let (access, first) = pair(&service, &account).await;
    let answer = refresh(&service, &first).await.with_status(200);
    let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access", "refresh"]);
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    refresh(&service, "garbage").await.unauthorized(&invalid);
    let kind = json!({"detail": "Token has wrong type", "code": "token_not_valid"});
    refresh(&service, &access).await.unauthorized(&kind);
}

#[tokio::test]
async fn logout_ends_the_tokens_family_and_no_other() {
    let service = Service::running();
    let account = service.signup().await;
    let ((access, token), (other, _)) = (pair(&service, &account).await, pair(&service, &account).await);
    let logout = |token: &str| service.post("/api/auth/user/logout/").json(&json!({"refresh_token": token})).send();
    let done = logout(&token).await.with_status(205);
    assert!(done.body.is_empty());
    refresh(&service, &token).await.unauthorized(&blacklisted());
    service.get("/auth/users/me/").bearer(&access).send().await.with_status(401);
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(200);
    logout(&token).await.is(400, &blacklisted());
    logout("garbage").await.is(400, &json!({"detail": "Token is invalid", "code": "token_not_valid"}));
    logout(&other).await.is(400, &json!({"detail": "Token has wrong type", "code": "token_not_valid"}));
    let missing = service.post("/api/auth/user/logout/").json(&json!({})).send().await;
    missing.is(400, &json!({"refresh_token": ["This field is required."]}));
}

#[tokio::test]
async fn logout_all_ends_everything_and_is_not_the_end_of_the_account() {
    let service = Service::running();
    let account = service.signup().await;
    service.post("/api/auth/user/logout_all/").bearer(&account.access).send().await.with_status(205);
    for credential in [&account.access, &account.device_token] {
        service.get("/auth/users/me/").bearer(credential).send().await.with_status(401);
    }
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    refresh(&service, &account.refresh).await.unauthorized(&blacklisted());
    pair(&service, &account).await;
}

#[tokio::test]
async fn edit_changes_what_is_sent_and_the_password_when_it_is_meant() {
    let service = Service::running();
    let account = service.signup().await;
    let (other, _) = pair(&service, &account).await;
    let edit = |body: Value| service.put("/api/auth/user/edit/").bearer(&account.access).json(&body).send();
    let name = unique("renamed");
    let shown = json!({"id": account.id, "username": name, "email": account.email});
    edit(json!({"username": name})).await.is(200, &shown);
    // Without update_password the passwords are not looked at.
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
    refresh(&service, &account.refresh).await.with_status(200);
}

#[tokio::test]
async fn delete_takes_ones_own_refresh_token_or_none() {
    let service = Service::running();
    let (one, other) = (service.signup().await, service.signup().await);
    let delete = |account: &Account, body: Value| {
        let call = service.delete("/api/auth/user/delete/").authorization(&format!("JWT {}", account.access));
        call.json(&body).send()
    };
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    delete(&one, json!({"refresh_token": other.refresh})).await.is(400, &invalid);
    delete(&one, json!({"refresh_token": "garbage"})).await.is(400, &invalid);
    delete(&one, json!({"refresh_token": one.refresh})).await.with_status(204);
    delete(&other, json!({})).await.with_status(204);
    let gone = json!({"detail": "User not found", "code": "user_not_found"});
    for account in [&one, &other] {
        delete(account, json!({})).await.unauthorized(&gone);
        refresh(&service, &account.refresh).await.unauthorized(&blacklisted());
    }
}
