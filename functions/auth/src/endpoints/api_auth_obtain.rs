//! `POST /api/auth/obtain/` (document 002).

use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{Detail, LoginBody};
use crate::flows::form_fields::name_and_password;
use crate::flows::login::{SessionsToOpen, authenticate, open, opened, unable_to_log_in};
use crate::state::AuthState;

/// DRF's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObtainResponse {
    /// A device token: 40 hex digits, without end.
    pub token: String,
}

/// Makes a device token. Three steps.
#[utoipa::path(post, path = "/api/auth/obtain", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A device token", body = ObtainResponse),
    (status = 400, description = "Name or password is missing or wrong"),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn obtain(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<ObtainResponse>, ApiError> {
    let (name, password) = name_and_password(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(unable_to_log_in)?;
    let to_open = SessionsToOpen { device_token: true, ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    Ok(Json(ObtainResponse { token: opened(sessions.device_token)?.expose().to_owned() }))
}
