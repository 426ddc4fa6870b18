//! Device tokens for a name and a password: `POST /auth/token/login/` (document 004) and
//! `POST /api/auth/obtain/` (document 002).

use aviary_auth::PasswordText;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody};
use crate::flows::form_fields::login_name;
use crate::flows::login::{SessionsToOpen, authenticate, open, opened, unable_to_log_in};
use crate::state::AuthState;

/// djoser's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenLoginResponse {
    /// A device token: 40 hex digits, without end.
    pub auth_token: String,
}

/// Makes a device token. Each login makes a new one; the oldest of more than twenty goes. Three steps.
#[utoipa::path(post, path = "/auth/token/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A device token", body = TokenLoginResponse),
    (status = 400, description = "Name or password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn token_login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenLoginResponse>, ApiError> {
    // djoser's fields are optional and in this order; an absent one is a wrong one.
    let mut fields = Fields::of(&form);
    let password = fields.optional("password", PasswordText::parse);
    let name = fields.optional("username", login_name);
    let (name, password) = fields.finish(Some((name, password)))?;
    let (name, password) = name.zip(password).ok_or_else(unable_to_log_in)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let to_open = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    Ok(Json(TokenLoginResponse { auth_token: opened(sessions.device_token)?.expose().to_owned() }))
}
