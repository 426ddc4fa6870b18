//! The caller's own account, and the password check that confirms a change to it.

use aviary_auth::{AccountCounts, Caller, PasswordText, Unconfirmed};
use aviary_store::User;
use aviary_web::{ApiError, Client};
use http::StatusCode;

use crate::flows::form_fields::NewNames;
use crate::security_events::audit;
use crate::state::AuthState;

/// Confirms the caller and reads their account concurrently. One round trip.
///
/// # Errors
/// 401 if the credential or the account has ended.
pub(crate) async fn own_account(state: &AuthState, unconfirmed: Unconfirmed) -> Result<(Caller, User), ApiError> {
    own_account_to_change(state, unconfirmed, None).await
}

/// As [`own_account`], and counts a change of the username or the address together with the request. `None`
/// changes neither.
///
/// # Errors
/// As [`own_account`]; 429 after too many changes, or after too many that were refused because the name was taken.
pub(crate) async fn own_account_to_change(
    state: &AuthState,
    unconfirmed: Unconfirmed,
    new: Option<&NewNames>,
) -> Result<(Caller, User), ApiError> {
    let id = unconfirmed.user();
    let counts = |user: &Option<User>| match (new, user) {
        (Some(new), Some(user)) => AccountCounts::default()
            .username_change(new.username.as_ref().is_some_and(|name| *name != user.username))
            .address_change(new.email.as_ref().is_some_and(|email| *email != user.email)),
        _ => AccountCounts::default(),
    };
    let (caller, user) = unconfirmed.confirm_counting(state.tables.accounts.by_id(id), counts).await?;
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
    caller: &Caller,
    user: &User,
    password: PasswordText,
) -> Result<(), ApiError> {
    let attempt = state.limiter.begin_password_check(caller, &client.address).await?;
    let right = state.passwords.verify(password, Some(user.password.clone())).await?;
    if right {
        return Ok(state.limiter.login_succeeded(&attempt).await?);
    }
    audit(state, client, "password_check_failed", Some(user.id)).await;
    Err(ApiError::field("current_password", "Invalid password."))
}
