//! The caller's own account, and the password check that confirms a change to it.

use aviary_auth::{Caller, PasswordText, Unconfirmed};
use aviary_store::User;
use aviary_web::{ApiError, Client};
use http::StatusCode;

use crate::security_events::audit;
use crate::state::AuthState;

/// Confirms the caller and reads their account concurrently. One round trip.
///
/// # Errors
/// 401 if the credential or the account has ended.
pub(crate) async fn own_account(state: &AuthState, unconfirmed: Unconfirmed) -> Result<(Caller, User), ApiError> {
    let id = unconfirmed.user();
    let (caller, user) = unconfirmed.confirm_with(state.tables.accounts.by_id(id)).await?;
    // The account may be deleted between the two reads: same error as if both had come after the deletion.
    let gone = || ApiError::code(StatusCode::UNAUTHORIZED, "User not found", "user_not_found");
    let user = user.ok_or_else(gone)?;
    Ok((caller, user))
}

/// Requires the account's password. Failures count as failed logins, so that a stolen session cannot be used to guess
/// it. Two round trips and the verification.
///
/// # Errors
/// 400 for a wrong password, 429 after too many failures.
pub(crate) async fn check_current_password(
    state: &AuthState,
    client: &Client,
    user: &User,
    password: PasswordText,
) -> Result<(), ApiError> {
    let attempt = state.limiter.begin_login(&user.id.to_string(), &client.address).await?;
    let right = state.passwords.verify(password, Some(user.password.clone())).await?;
    if right {
        return Ok(state.limiter.login_succeeded(&attempt).await?);
    }
    audit(state, client, "password_check_failed", Some(user.id)).await;
    Err(ApiError::field("current_password", "Invalid password."))
}
