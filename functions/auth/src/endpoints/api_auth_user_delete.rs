//! `DELETE /api/auth/user/delete/` (document 000).

use aviary_accounts::delete;
use aviary_auth::{TokenError, Unconfirmed};
use aviary_web::{ApiError, Client, Fields, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::{Detail, RefreshTokenBody};
use crate::flows::own_account::own_account;
use crate::flows::refresh_token::{not_valid, verify};
use crate::state::AuthState;

/// Deletes the caller's account.
///
/// The body must have a refresh token of the caller.
#[utoipa::path(delete, path = "/api/auth/user/delete", tag = "accounts", request_body = RefreshTokenBody, responses(
    (status = 204, description = "The account was deleted"),
    (status = 400, description = "The refresh token is missing, invalid or another user's"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn user_delete(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, user) = own_account(&state, unconfirmed.with_form(&form)).await?;
    let mut fields = Fields::of(&form);
    let body = RefreshTokenBody::read(&mut fields);
    let claims = verify(&state, &fields.finish(body.refresh_token)?).await?;
    if claims.user != caller.user {
        return Err(not_valid(TokenError::Invalid));
    }
    delete(&state.account, &client, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
