//! `POST /api/auth/logout/` and `POST /api/auth/del-logout/`.

use e2e::{Cookies, Service};
use serde_json::json;

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
        // Without a web session there is nothing to end.
        service.post(path).bearer(&account.device_token).send().await.with_status(401);
        service.post(path).send().await.with_status(401);
    }
}

#[tokio::test]
async fn logout_with_cookies_and_a_token_ends_the_web_session() {
    let service = Service::running();
    let account = service.signup().await;
    let call = service.post("/api/auth/logout/").cookies(&account.cookies).bearer(&account.device_token);
    call.send().await.with_status(200);
    service.get("/auth/users/me/").cookies(&account.cookies).send().await.with_status(401);
    service.get("/auth/users/me/").bearer(&account.device_token).send().await.with_status(200);
}
