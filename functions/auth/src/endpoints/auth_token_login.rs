//! `POST /auth/token/login/` (document 004): a device token for a username and a password.

use aviary_auth::PasswordText;
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody};
use crate::flows::form_fields::{login_name, login_name_field};
use crate::flows::login::{SessionsToOpen, authenticate, open, opened, unable_to_log_in};
use crate::state::AuthState;

/// A device token, in djoser's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenLoginResponse {
    /// The device token: 40 hex digits. It does not expire.
    pub auth_token: String,
}

/// Logs in and returns a device token.
///
/// Each login makes a new token; from the twenty-first on the oldest is removed.
#[utoipa::path(post, path = "/auth/token/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A new device token", body = TokenLoginResponse),
    (status = 400, description = "The username or the password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn token_login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenLoginResponse>, ApiError> {
    // djoser's fields are optional and read in this order; an absent one counts as a wrong one.
    let mut fields = Fields::of(&form);
    let password = fields.optional_in_forms("password", PasswordText::attempt);
    let name = fields.optional_in_forms(login_name_field(&form), login_name);
    let (name, password) = fields.finish(Some((name, password)))?;
    let (name, password) = name.zip(password).ok_or_else(unable_to_log_in)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let to_open = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    Ok(Json(TokenLoginResponse { auth_token: opened(sessions.device_token)?.expose().to_owned() }))
}
