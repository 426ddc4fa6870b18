//! `POST /auth/users/confirm_email/`: confirms a new email address.

use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::flows::confirm_email::{self, ConfirmEmailBody};
use crate::state::AuthState;

/// Makes a pending email address the account's own, with the token that was mailed to it.
///
/// The token works once, for 24 hours, and only until the address changes in another way.
#[utoipa::path(post, path = "/auth/users/confirm_email", tag = "accounts", request_body = ConfirmEmailBody, responses(
    (status = 204, description = "The address is the account's own"),
    (status = 400, description = "Errors by field; another account may have the address by now"),
    (status = 429, description = "Too many requests from the client's IP address, or too many wrong passwords"),
))]
pub async fn confirm_email(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    confirm_email::confirm_email(&state, &client, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
