//! `GET` and `POST /api/jwt/`, `POST /api/jwt/refresh/` and `POST /api/jwt/verify/`.

use e2e::Service;
use serde_json::json;

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

/// It opens a session, which can end another one, and a foreign page can make a browser send a `GET` with its cookies.
#[tokio::test]
async fn a_cookie_needs_the_csrf_token_for_get_too() {
    let service = Service::running();
    let cookies = service.signup().await.cookies;
    for method in ["GET", "POST"] {
        let call = || service.call(method, "/api/jwt/").cookies(&cookies);
        call().send().await.is(403, &json!({"detail": "CSRF Failed: CSRF token missing."}));
        call().header("x-csrftoken", &cookies.csrf).send().await.with_status(200);
        let foreign = call().header("x-csrftoken", &cookies.csrf).header("origin", "https://evil.example");
        assert_eq!(foreign.send().await.status, 403, "{method}");
    }
}
