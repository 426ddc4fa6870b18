//! `POST /api/auth/obtain/` (document 002).

use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody};
use crate::flows::login::{SessionsToOpen, authenticate, open, opened, unable_to_log_in};
use crate::state::AuthState;

/// A device token, in the form of Django REST framework.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObtainResponse {
    /// The device token: 40 hex digits. It does not expire.
    pub token: String,
}

/// Logs in and returns a device token.
#[utoipa::path(post, path = "/api/auth/obtain", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A new device token", body = ObtainResponse),
    (status = 400, description = "The username or the password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn obtain(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<ObtainResponse>, ApiError> {
    let (name, password) = LoginBody::name_and_password(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let to_open = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    Ok(Json(ObtainResponse { token: opened(sessions.device_token)?.expose().to_owned() }))
}
