//! `POST /auth/token/login/` (document 004): a device token for a username and a password.

use aviary_auth::PasswordText;
use aviary_model::NameKey;
use aviary_web::{ApiError, Client, Fields, Payload, body};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::form_fields::{is_by_email, login_name};
use crate::flows::login::{SessionsToOpen, authenticate, open, opened, unable_to_log_in};
use crate::state::AuthState;

body! {
    /// A login in djoser's form: its fields are optional and read in this order; an absent one counts as a wrong one.
    pub struct TokenLoginBody(by_email: bool) {
        /// The password.
        #[schema(example = "Zx9!quokka-7")]
        password: PasswordText = optional_in_forms(PasswordText::attempt),
        /// The username or the email address.
        #[schema(example = "ada")]
        username: NameKey = optional_in_forms(login_name) if !by_email,
        /// The email address, where there is no `username`.
        email: NameKey = optional_in_forms(login_name) if by_email,
    }
}

/// A device token, in djoser's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenLoginResponse {
    /// The device token: 40 hex digits. It does not expire.
    pub auth_token: String,
}

/// Logs in and returns a device token.
///
/// Each login makes a new token; from the twenty-first on the oldest is removed.
#[utoipa::path(post, path = "/auth/token/login", tag = "accounts", request_body = TokenLoginBody, responses(
    (status = 200, description = "A new device token", body = TokenLoginResponse),
    (status = 400, description = "The username or the password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn token_login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenLoginResponse>, ApiError> {
    let mut fields = Fields::of(&form);
    let body = TokenLoginBody::read(&mut fields, is_by_email(&form));
    let TokenLoginBody { password, username, email } = fields.finish(Some(body))?;
    let (name, password) = username.or(email).zip(password).ok_or_else(unable_to_log_in)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let to_open = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    Ok(Json(TokenLoginResponse { auth_token: opened(sessions.device_token)?.expose().to_owned() }))
}
