//! `POST /api/auth/login/` (documents 002 and 003).

use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody};
use crate::flows::login::{NewPair, SessionsToOpen, authenticate, no_active_account, open, opened};
use crate::state::AuthState;

/// Credentials of every kind: document 003's clients use the token pair, 002's the web session or the device token.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebLoginResponse {
    /// The access token, valid for 5 minutes.
    pub access: String,
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
    /// The same as `access`, under the name that document 003's clients read.
    pub access_token: String,
    /// The same as `refresh`.
    pub refresh_token: String,
    /// The device token: 40 hex digits. It does not expire.
    pub token: String,
    /// The username.
    pub username: String,
}

/// Logs in and returns a token pair and a device token; a web session comes in cookies.
#[utoipa::path(post, path = "/api/auth/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "The new credentials; the response sets cookies", body = WebLoginResponse),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn web_login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<impl IntoResponse, ApiError> {
    let (name, password) = LoginBody::name_and_password(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(no_active_account)?;
    let to_open = SessionsToOpen { pair: Some(NewPair::Short), device_token: true, web: true };
    let (user, sessions) = open(&state, &client, signed_in, to_open).await?;
    let pair = opened(sessions.pair)?;
    let answer = WebLoginResponse {
        access_token: pair.access.clone(),
        refresh_token: pair.refresh.clone(),
        access: pair.access,
        refresh: pair.refresh,
        token: opened(sessions.device_token)?.expose().to_owned(),
        username: user.username.as_str().to_owned(),
    };
    Ok((Extension(opened(sessions.cookies)?), Json(answer)))
}
