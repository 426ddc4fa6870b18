//! The credentials that a user holds before the cause happens.

use e2e::{Account, Cookies, Mail, PASSWORD, Service};
use serde_json::json;

/// Credentials of every kind, most of them twice.
pub(super) struct HeldCredentials {
    /// Those of the signup, one of which makes the request.
    pub(super) own: Account,
    /// Those of another login of the same user.
    pub(super) other: Account,
    /// The access token of twelve hours of document 001.
    pub(super) long_access: String,
    /// A mail with the token of a reset.
    pub(super) mail: Mail,
}

impl HeldCredentials {
    pub(super) async fn of(service: &Service) -> Self {
        let own = service.signup().await;
        let ask = service.post("/auth/users/reset_password/").json(&json!({"email": own.email}));
        ask.send().await.with_status(204);
        let body = json!({"username": own.username, "password": PASSWORD});
        let login = service.post("/api/auth/login/").json(&body).send().await.with_status(200);
        let other = Account {
            access: login.field("access"),
            refresh: login.field("refresh"),
            device_token: login.field("token"),
            cookies: Cookies::of(&login),
            ..own.clone()
        };
        let login = service.post("/auth/login/").json(&body).send().await.with_status(200);
        let mail = service.mail(&own.email, 1).await;
        Self { own, other, long_access: login.field("token"), mail }
    }
}
