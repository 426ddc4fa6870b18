//! `POST /api/auth/logout/` and `POST /api/auth/del-logout/`.

use e2e::acts::tokens::{blacklisted, obtain_token, refresh_token};
use e2e::{Account, Call, Cookies, Service};
use serde_json::json;

const LOGOUT: &str = "/api/auth/logout/";

/// Which of a signup's credentials are still valid.
#[derive(Debug, PartialEq, Eq)]
struct Valid {
    pair: bool,
    device_token: bool,
    web: bool,
}

async fn valid(service: &Service, account: &Account) -> Valid {
    let me = async |call: Call| call.send().await.status == 200;
    let access = me(service.get("/auth/users/me/").bearer(&account.access)).await;
    let refresh = refresh_token(service, &account.refresh).await.status == 200;
    assert_eq!(access, refresh, "one session has both tokens");
    Valid {
        pair: access,
        device_token: me(service.get("/auth/users/me/").bearer(&account.device_token)).await,
        web: me(service.get("/auth/users/me/").cookies(&account.cookies)).await,
    }
}

#[tokio::test]
async fn logout_by_the_cookie_ends_the_web_session_and_nothing_else() {
    let service = Service::running();
    for path in [LOGOUT, "/api/auth/del-logout/"] {
        let account = service.signup().await;
        let forged = service.post(path).cookies(&account.cookies).send().await.with_status(403);
        assert!(forged.field("detail").starts_with("CSRF Failed: "), "{}", forged.text());
        let logout = || service.post(path).cookies(&account.cookies).header("x-csrftoken", &account.cookies.csrf);
        let done = logout().send().await.is(200, &json!({"detail": "Successfully logged out."}));
        assert_ne!(Cookies::of(&done), account.cookies);
        logout().send().await.with_status(401);
        assert_eq!(valid(&service, &account).await, Valid { pair: true, device_token: true, web: false });
    }
}

#[tokio::test]
async fn a_device_token_alone_is_enough_and_stays() {
    let service = Service::running();
    let account = service.signup().await;
    let done = service.post(LOGOUT).authorization(&format!("Token {}", account.device_token)).send().await;
    done.is(200, &json!({"detail": "Successfully logged out."}));
    assert_eq!(valid(&service, &account).await, Valid { pair: true, device_token: true, web: true });
    // Without a web session there are no integers to remove.
    let call = service.post("/api/auth/del-logout/").bearer(&account.device_token);
    call.send().await.with_status(401);
}

#[tokio::test]
async fn a_device_token_with_the_cookie_ends_the_web_session() {
    let service = Service::running();
    let account = service.signup().await;
    let call = service.post(LOGOUT).cookies(&account.cookies).bearer(&account.device_token);
    call.send().await.with_status(200);
    assert_eq!(valid(&service, &account).await, Valid { pair: true, device_token: true, web: false });
}

#[tokio::test]
async fn an_access_token_ends_its_own_session() {
    let service = Service::running();
    let account = service.signup().await;
    let (other, _) = obtain_token(&service, &account).await;
    service.post(LOGOUT).bearer(&account.access).send().await.with_status(200);
    assert_eq!(valid(&service, &account).await, Valid { pair: false, device_token: true, web: true });
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(200);
    // It has ended, and nothing else is shown.
    service.post(LOGOUT).bearer(&account.access).send().await.with_status(401);
}

#[tokio::test]
async fn a_refresh_token_alone_ends_its_family() {
    let service = Service::running();
    let account = service.signup().await;
    let logout = |token: &str| service.post(LOGOUT).json(&json!({"refresh": token})).send();
    logout(&account.refresh).await.is(200, &json!({"detail": "Successfully logged out."}));
    assert_eq!(valid(&service, &account).await, Valid { pair: false, device_token: true, web: true });
    logout(&account.refresh).await.unauthorized(&blacklisted());
    logout("garbage").await.unauthorized(&json!({"detail": "Token is invalid", "code": "token_not_valid"}));
    let wrong = json!({"detail": "Token has wrong type", "code": "token_not_valid"});
    logout(&service.signup().await.access).await.unauthorized(&wrong);
}

#[tokio::test]
async fn everything_that_is_shown_ends_at_once() {
    let service = Service::running();
    let account = service.signup().await;
    let (other, refresh) = obtain_token(&service, &account).await;
    let call = service.post(LOGOUT).cookies(&account.cookies).bearer(&account.access);
    call.json(&json!({"refresh": refresh})).send().await.with_status(200);
    assert_eq!(valid(&service, &account).await, Valid { pair: false, device_token: true, web: false });
    service.get("/auth/users/me/").bearer(&other).send().await.with_status(401);
}

/// The client of document 003 sends all three, and its access token has often expired by then.
#[tokio::test]
async fn a_credential_that_is_not_valid_does_not_keep_the_others() {
    let service = Service::running();
    let account = service.signup().await;
    let call = service.post(LOGOUT).cookies(&account.cookies).bearer("garbage");
    call.json(&json!({"refresh": account.refresh})).send().await.with_status(200);
    assert_eq!(valid(&service, &account).await, Valid { pair: false, device_token: true, web: false });
    let account = service.signup().await;
    let call = service.post(LOGOUT).bearer(&account.access).json(&json!({"refresh": null}));
    call.send().await.with_status(200);
    assert!(!valid(&service, &account).await.pair);
}

/// A foreign page can send its own refresh token with a browser's cookies, but not a refresh token of the cookies' user.
#[tokio::test]
async fn the_cookie_needs_a_csrf_token_or_another_credential_of_its_user() {
    let service = Service::running();
    let (victim, attacker) = (service.signup().await, service.signup().await);
    let logout = |refresh: &str| service.post(LOGOUT).cookies(&victim.cookies).form(&[("refresh", refresh)]).send();
    logout("garbage").await.with_status(403);
    logout(&attacker.refresh).await.with_status(200);
    assert!(!valid(&service, &attacker).await.pair);
    assert_eq!(valid(&service, &victim).await, Valid { pair: true, device_token: true, web: true });
    logout(&victim.refresh).await.with_status(200);
    assert_eq!(valid(&service, &victim).await, Valid { pair: false, device_token: true, web: false });
}

#[tokio::test]
async fn nothing_valid_is_a_401() {
    let service = Service::running();
    let nobody = json!({"detail": "Authentication credentials were not provided."});
    for path in [LOGOUT, "/api/auth/del-logout/"] {
        service.post(path).send().await.unauthorized(&nobody);
        service.post(path).json(&json!({"refresh": ""})).send().await.unauthorized(&nobody);
        let unknown = service.post(path).authorization(&format!("Token {}", "0".repeat(40))).send().await;
        unknown.unauthorized(&json!({"detail": "Invalid token."}));
        let anonymous = Cookies { session: "a".repeat(64), csrf: "b".repeat(64) };
        let call = service.post(path).cookies(&anonymous).header("x-csrftoken", &anonymous.csrf);
        call.send().await.unauthorized(&nobody);
    }
}
