//! What a user holds before something happens.

use e2e::{Account, Cookies, Mail, PASSWORD, Service};
use serde_json::json;

/// Every credential that there is, two of most kinds.
pub(super) struct Held {
    /// Of the signup: what requests are made with.
    pub(super) own: Account,
    /// Of another login of the same user.
    pub(super) other: Account,
    /// Document 001's access token of twelve hours.
    pub(super) long_access: String,
    /// A mail with a reset's token.
    pub(super) mail: Mail,
}

impl Held {
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
