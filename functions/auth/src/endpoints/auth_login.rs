//! `POST /auth/login/` (document 001): name or address in the key `username`.

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

/// Document 001's answer, spelt as it spells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginResponse {
    /// Always `login successfull`.
    pub message: &'static str,
    /// An access token that lives 12 hours and carries the user's id as `_id`.
    pub token: String,
    /// Gets new tokens for 24 hours.
    pub refresh: String,
}

/// Signs in with a name or an address, and a password. Three steps.
#[utoipa::path(post, path = "/auth/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "Signed in", body = LoginResponse),
    (status = 400, description = "Fields are missing or not texts"),
    (status = 401, description = "Name or password is wrong", body = Detail),
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
