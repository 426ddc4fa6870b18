//! `POST /api/auth/login/` (documents 002 and 003): the pair that 003 wants and the session that 002 wants.

use aviary_auth::Lifetime;
use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::{Detail, LoginBody};
use crate::signing_in::{SessionsToOpen, authenticate, no_active_account, open, read, there};

/// Every credential that the two documents' clients want.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebLoginAnswer {
    /// Calls the API for 5 minutes.
    pub access: String,
    /// Gets new tokens for 24 hours.
    pub refresh: String,
    /// A device token: 40 hex digits, without end.
    pub token: String,
    /// The username.
    pub username: String,
}

/// Signs in: token pair, device token and web session. Three steps.
#[utoipa::path(post, path = "/api/auth/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "Signed in; the cookies are set", body = WebLoginAnswer),
    (status = 400, description = "Fields are missing or not texts"),
    (status = 401, description = "Name or password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn web_login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<impl IntoResponse, ApiError> {
    let (name, password) = read(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(no_active_account)?;
    let wanted = SessionsToOpen { pair: Some(Lifetime::Access), device_token: true, web: true };
    let (user, opened) = open(&state, &client, signed_in, wanted).await?;
    let pair = there(opened.pair)?;
    let answer = WebLoginAnswer {
        access: pair.access,
        refresh: pair.refresh,
        token: there(opened.device_token)?.expose().to_owned(),
        username: user.username.as_str().to_owned(),
    };
    Ok((Extension(there(opened.cookies)?), Json(answer)))
}
