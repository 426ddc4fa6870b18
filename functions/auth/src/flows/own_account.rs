//! The caller's own account, and the password that confirms a change of it.

use aviary_auth::{Caller, PasswordText, Unconfirmed};
use aviary_store::User;
use aviary_web::{ApiError, Client};
use http::StatusCode;

use crate::security_events::audit;
use crate::state::AuthState;

/// The caller's own account, beside the look at the credential. One step.
pub(crate) async fn own_account(state: &AuthState, unconfirmed: Unconfirmed) -> Result<(Caller, User), ApiError> {
    let id = unconfirmed.user();
    let (caller, user) = unconfirmed.confirm_with(state.tables.accounts.by_id(id)).await?;
    // Who is deleted between the two reads is gone, as if both had come later.
    let gone = || ApiError::code(StatusCode::UNAUTHORIZED, "User not found", "user_not_found");
    let user = user.ok_or_else(gone)?;
    Ok((caller, user))
}

/// Wants the account's password. Counted like a login: a stolen session must not become a way to guess.
///
/// # Errors
/// 400 when it is another, 429 when there were too many failures.
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
