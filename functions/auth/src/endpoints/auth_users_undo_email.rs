//! `POST /auth/users/undo_email/`: takes a change of the email address back.

use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::flows::undo_email::{self, UndoBody};
use crate::state::AuthState;

/// Restores the previous email address, with the token that was mailed to it, and ends every session and token.
///
/// The token works once, for seven days after the change. It also ends a change that was asked for and not confirmed
/// yet. Every other mailed token becomes invalid, but for those that undo earlier changes.
#[utoipa::path(post, path = "/auth/users/undo_email", tag = "accounts", request_body = UndoBody, responses(
    (status = 204, description = "The previous email address is restored"),
    (status = 400, description = "Errors by field"),
    (status = 429, description = "Too many requests from the client's IP address"),
))]
pub async fn undo_email(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    undo_email::undo_email(&state, &client, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
