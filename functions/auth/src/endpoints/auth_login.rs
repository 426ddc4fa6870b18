//! `POST /auth/login/` (document 001).

use aviary_auth::Lifetime;
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody};
use crate::flows::form_fields::name_and_password;
use crate::flows::login::{SessionsToOpen, authenticate, no_active_account, open, opened};
use crate::state::AuthState;

/// The tokens, in document 001's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginResponse {
    /// Always `login successfull`, as the document spells it.
    pub message: &'static str,
    /// The access token, valid for 12 hours, with the user's id in the claim `_id`.
    pub token: String,
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
}

/// Logs in and returns an access token and a refresh token.
#[utoipa::path(post, path = "/auth/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "The new tokens", body = LoginResponse),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<LoginResponse>, ApiError> {
    let (name, password) = name_and_password(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(no_active_account)?;
    let to_open = SessionsToOpen { pair: Some(Lifetime::LongAccess), ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    let tokens = opened(sessions.pair)?;
    Ok(Json(LoginResponse { message: "login successfull", token: tokens.access, refresh: tokens.refresh }))
}
