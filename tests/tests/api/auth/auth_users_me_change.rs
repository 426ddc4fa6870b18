//! `PUT`, `PATCH` and `DELETE /auth/users/me/`.

use e2e::{PASSWORD, Service, unique};
use serde_json::{Value, json};

const PATH: &str = "/auth/users/me/";

#[tokio::test]
async fn put_and_patch_change_only_what_is_sent() {
    let service = Service::running();
    for method in ["PUT", "PATCH"] {
        let account = service.signup().await;
        let call = |body: Value| service.call(method, PATH).bearer(&account.access).json(&body).send();
        let me = |email: &str, name: &str| json!({"email": email, "id": account.id, "username": name});
        call(json!({})).await.is(200, &me(&account.email, &account.username));
        let email = format!("{}@example.com", unique("new"));
        call(json!({"email": email, "id": 1, "is_staff": true})).await.is(200, &me(&email, &account.username));
        let name = unique("renamed");
        call(json!({"username": name})).await.is(200, &me(&email, &name));
        call(json!({"email": ""})).await.is(200, &me("", &name));
        service.get(PATH).bearer(&account.access).send().await.is(200, &me("", &name));
        // The old username and address lead to no account, and are held for this one.
        for old in [&account.username, &account.email, &email] {
            let login = json!({"username": old, "password": PASSWORD});
            service.post("/auth/login/").json(&login).send().await.with_status(401);
        }
        service.get(&format!("/profile?username={name}")).send().await.with_status(200);
        service.get(&format!("/profile?username={}", account.username)).send().await.with_status(404);
        let body = json!({"username": account.username, "email": account.email, "password": PASSWORD});
        let exists = json!({
            "username": ["A user with that username already exists."],
            "email": ["A user with that email already exists."],
        });
        service.post("/auth/users/").json(&body).send().await.is(400, &exists);
    }
}

#[tokio::test]
async fn the_case_of_the_username_can_be_changed() {
    let service = Service::running();
    let account = service.signup().await;
    let name = account.username.to_uppercase();
    let answer = service.put(PATH).bearer(&account.access).json(&json!({"username": name})).send().await;
    assert_eq!(answer.with_status(200).field("username"), name);
}

#[tokio::test]
async fn the_rules_of_signup_hold_for_changes() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let exists = ["A user with that username already exists."];
    let rows = [
        (json!({"email": "bad"}), json!({"email": ["Enter a valid email address."]})),
        (json!({"email": null}), json!({"email": ["This field may not be null."]})),
        (json!({"username": ""}), json!({"username": ["This field may not be blank."]})),
        (json!({"username": "login"}), json!({"username": ["This username is reserved."]})),
        (json!({"username": other.username.to_uppercase()}), json!({"username": exists})),
        (json!({"username": other.email}), json!({"username": exists})),
        (json!({"email": other.email}), json!({"email": ["A user with that email already exists."]})),
        (
            json!({"username": other.username, "email": other.email}),
            json!({"username": exists, "email": ["A user with that email already exists."]}),
        ),
    ];
    for (body, errors) in rows {
        service.put(PATH).bearer(&account.access).json(&body).send().await.is(400, &errors);
    }
    let me = json!({"email": account.email, "id": account.id, "username": account.username});
    service.get(PATH).bearer(&account.access).send().await.is(200, &me);
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    service.put(PATH).json(&json!({"email": "x@x.co"})).send().await.unauthorized(&nobody);
    service.post(PATH).bearer(&account.access).send().await.is(405, &json!({"detail": "Method \"POST\" not allowed."}));
}

#[tokio::test]
async fn a_deletion_requires_the_password() {
    let service = Service::running();
    let account = service.signup().await;
    let delete = |body: Value| service.delete(PATH).bearer(&account.access).json(&body).send();
    let error = |text: &str| json!({"current_password": [text]});
    service.delete(PATH).bearer(&account.access).send().await.is(400, &error("This field is required."));
    delete(json!({"current_password": ""})).await.is(400, &error("This field may not be blank."));
    delete(json!({"current_password": "wrong"})).await.is(400, &error("Invalid password."));
    let gone = delete(json!({"current_password": PASSWORD})).await.with_status(204);
    assert!(gone.body.is_empty());
    let not_found = json!({"detail": "User not found", "code": "user_not_found"});
    delete(json!({"current_password": PASSWORD})).await.unauthorized(&not_found);
}

#[tokio::test]
async fn a_deletion_by_cookie_requires_the_csrf_token() {
    let service = Service::running();
    let account = service.signup().await;
    let body = json!({"current_password": PASSWORD});
    let without = service.delete(PATH).cookies(&account.cookies).json(&body).send().await.with_status(403);
    assert!(without.field("detail").starts_with("CSRF Failed: "));
    let with = service.delete(PATH).cookies(&account.cookies).header("x-csrftoken", &account.cookies.csrf);
    with.json(&body).send().await.with_status(204);
}
