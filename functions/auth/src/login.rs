//! `POST /auth/login/` (document 001): name or address in the key `username`.

use aviary_auth::Lifetime;
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::{Detail, LoginBody};
use crate::signing_in::{SessionsToOpen, authenticate, no_active_account, open, read, there};

/// Document 001's answer, spelt as it spells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginAnswer {
    /// Always `login successfull`.
    pub message: &'static str,
    /// An access token that lives 12 hours and carries the user's id as `_id`.
    pub token: String,
    /// Gets new tokens for 24 hours.
    pub refresh: String,
}

/// Signs in with a name or an address, and a password. Three steps.
#[utoipa::path(post, path = "/auth/login", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "Signed in", body = LoginAnswer),
    (status = 400, description = "Fields are missing or not texts"),
    (status = 401, description = "Name or password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn login(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<LoginAnswer>, ApiError> {
    let (name, password) = read(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(no_active_account)?;
    let wanted = SessionsToOpen { pair: Some(Lifetime::LongAccess), ..SessionsToOpen::default() };
    let (_, opened) = open(&state, &client, signed_in, wanted).await?;
    let tokens = there(opened.pair)?;
    Ok(Json(LoginAnswer { message: "login successfull", token: tokens.access, refresh: tokens.refresh }))
}
