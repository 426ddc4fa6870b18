//! `POST /auth/users/reset_password_confirm/` (document 004).

use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::flows::reset_password::{self, ConfirmBody};
use crate::state::AuthState;

/// Sets a new password with the token of a mailed link, and ends every session and token of the user.
///
/// The token works once, for an hour, and only until the password or the email address changes.
#[utoipa::path(post, path = "/auth/users/reset_password_confirm", tag = "accounts", request_body = ConfirmBody,
    responses(
        (status = 204, description = "The new password is set"),
        (status = 400, description = "Errors by field"),
        (status = 429, description = "Too many requests from the client's IP address"),
    ))]
pub async fn reset_password_confirm(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    reset_password::reset_password(&state, &client, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
