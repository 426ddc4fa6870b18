//! Device tokens for a name and a password: `POST /auth/token/login/` (document 004) and
//! `POST /api/auth/obtain/` (document 002).

use aviary_auth::PasswordText;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::{Detail, LoginBody};
use crate::signing_in::{SessionsToOpen, authenticate, login_name, open, read, there, unable_to_log_in};

/// djoser's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenLoginAnswer {
    /// A device token: 40 hex digits, without end.
    pub auth_token: String,
}

/// DRF's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObtainAnswer {
    /// A device token: 40 hex digits, without end.
    pub token: String,
}

/// Makes a device token. Each login makes a new one; the oldest of more than twenty goes. Three steps.
#[utoipa::path(post, path = "/auth/token/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A device token", body = TokenLoginAnswer),
    (status = 400, description = "Name or password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn token_login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenLoginAnswer>, ApiError> {
    // djoser's fields are optional and in this order; an absent one is a wrong one.
    let mut fields = Fields::of(&form);
    let password = fields.optional("password", PasswordText::parse);
    let name = fields.optional("username", login_name);
    let (name, password) = fields.finish(Some((name, password)))?;
    let (name, password) = name.zip(password).ok_or_else(unable_to_log_in)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let wanted = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, opened) = open(&state, &client, signed_in, wanted).await?;
    Ok(Json(TokenLoginAnswer { auth_token: there(opened.device_token)?.expose().to_owned() }))
}

/// Makes a device token. Three steps.
#[utoipa::path(post, path = "/api/auth/obtain", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A device token", body = ObtainAnswer),
    (status = 400, description = "Name or password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn obtain(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<ObtainAnswer>, ApiError> {
    let (name, password) = read(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let wanted = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, opened) = open(&state, &client, signed_in, wanted).await?;
    Ok(Json(ObtainAnswer { token: there(opened.device_token)?.expose().to_owned() }))
}
