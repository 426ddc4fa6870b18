//! `GET /auth/users/me/`: the caller by every kind of credential, and the refusals of broken ones.

use e2e::Service;
use serde_json::{Value, json};

#[tokio::test]
async fn every_credential_works_under_every_documented_scheme() {
    let service = Service::running();
    let account = service.signup().await;
    let me = json!({"email": account.email, "id": account.id, "username": account.username});
    for scheme in ["Bearer", "bearer", "BEARER", "JWT", "jwt", "Token", "token", "tOKEN"] {
        for credential in [&account.access, &account.device_token, &account.device_token.to_uppercase()] {
            let call = service.get("/auth/users/me/").authorization(&format!("{scheme} {credential}"));
            call.send().await.is(200, &me);
        }
    }
    service.get("/auth/users/me").cookies(&account.cookies).send().await.is(200, &me);
}

#[tokio::test]
async fn the_401_says_what_is_wrong_with_a_credential() {
    let service = Service::running();
    let none = json!({"detail": "Authentication credentials were not provided."});
    let two = json!({
        "detail": "Authorization header must contain two space-delimited values",
        "code": "bad_authorization_header",
    });
    let invalid = json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid"}],
    });
    let detail = |text: &str| json!({"detail": text});
    let unknown = "0".repeat(40);
    let rows: [(&str, Value); 17] = [
        ("", none.clone()),
        ("Basic YTpi", none.clone()),
        ("garbage", none.clone()),
        (&unknown, none.clone()),
        ("Bearer", two.clone()),
        ("JWT", two.clone()),
        ("Bearer a b", two.clone()),
        ("JWT a b", two),
        ("Bearer garbage", invalid.clone()),
        ("JWT a.b.c", invalid.clone()),
        ("bearer deadbeef", invalid.clone()),
        ("Token", detail("Invalid token header. No credentials provided.")),
        ("Token a b", detail("Invalid token header. Token string should not contain spaces.")),
        ("Token deadbeef", detail("Invalid token.")),
        ("Token a.b.c", invalid),
        (&format!("Token {unknown}"), detail("Invalid token.")),
        (&format!("Bearer {unknown}"), detail("Invalid token.")),
    ];
    for (header, error) in rows {
        let answer = service.get("/auth/users/me/").authorization(header).send().await;
        assert_eq!((header, answer.text()), (header, error.to_string()));
        answer.unauthorized(&error);
    }
    service.get("/auth/users/me/").send().await.unauthorized(&none);
}

#[tokio::test]
async fn an_authorization_header_takes_precedence_over_cookies() {
    let service = Service::running();
    let account = service.signup().await;
    let call = service.get("/auth/users/me/").authorization("Token deadbeef").cookies(&account.cookies);
    call.send().await.unauthorized(&json!({"detail": "Invalid token."}));
}

#[tokio::test]
async fn endpoints_that_need_no_caller_ignore_a_broken_credential() {
    let service = Service::running();
    let account = service.signup().await;
    let tweet = service.tweet(&account, "for everyone").await;
    let body = json!({"username": account.username, "password": e2e::PASSWORD});
    for header in ["Bearer garbage", "Token deadbeef", "Bearer", "Basic x"] {
        let paths = [
            format!("/profile?username={}", account.username),
            format!("/api/tweets/{}/", tweet["id"].as_str().unwrap()),
            "/status/".to_owned(),
        ];
        for path in paths {
            service.get(&path).authorization(header).send().await.with_status(200);
        }
        service.post("/auth/jwt/create/").authorization(header).json(&body).send().await.with_status(200);
        let signup = json!({"username": e2e::unique("wren"), "password": e2e::PASSWORD});
        service.post("/api/auth/signup/").authorization(header).json(&signup).send().await.with_status(201);
    }
}
