//! Document 002: `/api/auth/obtain/`, `/login/`, `/logout/`, `/del-logout/` and `/api/jwt/…/`.

use e2e::{Cookies, PASSWORD, Service};
use serde_json::{Value, json};

fn body(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[tokio::test]
async fn login_gives_the_pair_the_device_token_and_the_session() {
    let service = Service::running();
    let account = service.signup().await;
    let answer = service.post("/api/auth/login/").json(&body(&account.username, PASSWORD)).send().await;
    let answer = answer.with_status(200);
    let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["access", "refresh", "token", "username"]);
    let cookies = Cookies::of(&answer);
    assert_ne!(cookies, account.cookies);
    for credential in ["access", "token"] {
        service.get("/auth/users/me/").bearer(&answer.field(credential)).send().await.with_status(200);
    }
    service.get("/auth/users/me/").cookies(&cookies).send().await.with_status(200);
    let nobody = json!({"detail": "No active account found with the given credentials"});
    let wrong = service.post("/api/auth/login/").json(&body(&account.username, "wrong")).send().await;
    wrong.unauthorized(&nobody);
}

#[tokio::test]
async fn obtain_gives_a_device_token() {
    let service = Service::running();
    let account = service.signup().await;
    let fields = [("username", &*account.username), ("password", PASSWORD)];
    let token = service.post("/api/auth/obtain/").form(&fields).send().await.with_status(200).field("token");
    assert!(token.len() == 40 && token != account.device_token, "{token}");
    let call = service.get("/auth/users/me/").authorization(&format!("Token {token}"));
    call.send().await.with_status(200);
    let wrong = json!({"non_field_errors": ["Unable to log in with provided credentials."]});
    service.post("/api/auth/obtain/").json(&body(&account.username, "wrong")).send().await.is(400, &wrong);
    let required = ["This field is required."];
    let both = json!({"username": required, "password": required});
    service.post("/api/auth/obtain/").json(&json!({})).send().await.is(400, &both);
}

#[tokio::test]
async fn logout_ends_the_web_session_and_nothing_else() {
    let service = Service::running();
    for path in ["/api/auth/logout/", "/api/auth/del-logout/"] {
        let account = service.signup().await;
        let forged = service.post(path).cookies(&account.cookies).send().await.with_status(403);
        assert!(forged.field("detail").starts_with("CSRF Failed: "), "{}", forged.text());
        let logout = || service.post(path).cookies(&account.cookies).header("x-csrftoken", &account.cookies.csrf);
        let done = logout().send().await.is(200, &json!({"detail": "Successfully logged out."}));
        assert_ne!(Cookies::of(&done), account.cookies);
        logout().send().await.with_status(401);
        service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
        service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(200);
        service.get("/auth/users/me/").bearer(&account.access).send().await.with_status(200);
        // Without a web session there is none to end.
        service.post(path).bearer(&account.device_token).send().await.with_status(401);
        service.post(path).send().await.with_status(401);
    }
}

#[tokio::test]
async fn logout_with_a_token_beside_the_cookies_ends_the_cookies_session() {
    let service = Service::running();
    let account = service.signup().await;
    let call = service.post("/api/auth/logout/").cookies(&account.cookies).bearer(&account.device_token);
    call.send().await.with_status(200);
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(200);
}

#[tokio::test]
async fn a_device_token_becomes_a_pair() {
    let service = Service::running();
    let account = service.signup().await;
    for method in ["GET", "POST"] {
        let call = service.call(method, "/api/jwt/").authorization(&format!("Token {}", account.device_token));
        let pair = call.send().await.with_status(200);
        let names: Vec<String> = pair.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["access", "refresh"]);
        let refreshed = service.post("/api/jwt/refresh/").json(&json!({"refresh": pair.field("refresh")}));
        let refreshed = refreshed.send().await.with_status(200);
        for token in [pair.field("access"), refreshed.field("access"), refreshed.field("refresh")] {
            let verify = service.post("/api/jwt/verify/").json(&json!({"token": token}));
            verify.send().await.is(200, &json!({}));
        }
        let unknown = service.call(method, "/api/jwt/").authorization(&format!("Token {}", "0".repeat(40)));
        unknown.send().await.unauthorized(&json!({"detail": "Invalid token."}));
        let nobody = json!({"detail": "Authentication credentials were not provided."});
        service.call(method, "/api/jwt/").send().await.unauthorized(&nobody);
    }
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    service.post("/api/jwt/refresh/").json(&json!({"refresh": "x"})).send().await.unauthorized(&invalid);
    service.post("/api/jwt/verify/").json(&json!({"token": "x"})).send().await.unauthorized(&invalid);
}
