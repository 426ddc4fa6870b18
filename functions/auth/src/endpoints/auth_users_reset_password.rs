//! `POST /auth/users/reset_password/` (document 004).

use aviary_accounts::ask_reset;
use aviary_model::{Email, UserId};
use aviary_web::{ApiError, Client, Fields, Payload, body};
use axum::extract::State;
use http::StatusCode;

use crate::state::AuthState;

body! {
    /// The account to reset.
    pub struct ResetBody {
        /// The account's email address.
        email: Email = required_email(),
    }
}

/// Mails a link with which the user sets a new password.
///
/// Response, round trips and writes are the same for an unknown address, so that nobody can find out which addresses
/// have accounts.
#[utoipa::path(post, path = "/auth/users/reset_password", tag = "accounts", request_body = ResetBody, responses(
    (status = 204, description = "A mail will be sent if an account has this address"),
    (status = 400, description = "The address is missing or invalid"),
    (status = 429, description = "Too many mails to this address, or too many requests from this client"),
))]
pub async fn reset_password(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let mut fields = Fields::of(&form);
    let body = ResetBody::read(&mut fields);
    let email = fields.finish(body.email)?.key();
    let counted = state.limiter.count_reset(&client);
    let (owner, counted) = futures_util::join!(state.tables.accounts.owner_of(&email), counted);
    counted?;
    state.limiter.count_reset_mail(&email).await?;
    let now = state.clock.now();
    let owner = owner?;
    let user = match owner {
        Some(user) => user,
        None => UserId::new(now, state.entropy.as_ref())?,
    };
    ask_reset(&state.account, &client, user, owner).await?;
    Ok(StatusCode::NO_CONTENT)
}
