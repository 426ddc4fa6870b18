//! The caller's own account, and the password check that confirms a change to it.

use aviary_accounts::check_password;
use aviary_auth::{AccountCounts, Caller, PasswordText, Unconfirmed, user_not_found};
use aviary_store::User;
use aviary_web::{ApiError, Client, Fields};

use crate::flows::form_fields::NewNames;
use crate::state::AuthState;

/// Confirms the caller and reads their account concurrently. One round trip.
///
/// # Errors
/// 401 if the credential or the account has ended.
pub(crate) async fn own_account(state: &AuthState, unconfirmed: Unconfirmed) -> Result<(Caller, User), ApiError> {
    own_account_to_change(state, unconfirmed, &NewNames::default()).await
}

/// As [`own_account`], for a request that may change the username or the address.
///
/// # Errors
/// As [`own_account`]; 429 after too many changes that were refused because the name was taken.
pub(crate) async fn own_account_to_change(
    state: &AuthState,
    unconfirmed: Unconfirmed,
    new: &NewNames,
) -> Result<(Caller, User), ApiError> {
    let id = unconfirmed.user();
    let counts = |user: &Option<User>| match user {
        Some(user) => AccountCounts::default().asks_for_a_name(
            new.username.as_ref().is_some_and(|name| *name != user.username)
                || new.email.as_ref().is_some_and(|email| *email != user.email),
        ),
        None => AccountCounts::default(),
    };
    let (caller, user) = unconfirmed.confirm_counting(state.tables.accounts.by_id(id), counts).await?;
    // The account may be deleted between the two reads: same error as if both had come after the deletion.
    let user = user.ok_or_else(user_not_found)?;
    Ok((caller, user))
}

/// Verifies the account's password, which was read from a field of this name. `None` if it is missing or wrong, which
/// is the field's own error and told beside those of the other fields. Failures count as failed logins, so that a
/// stolen session cannot be used to guess it. Two round trips and the verification.
///
/// # Errors
/// 429 after too many failures.
pub(crate) async fn confirm_password(
    state: &AuthState,
    client: &Client,
    own: (&Caller, &User),
    fields: &mut Fields<'_>,
    (name, password): (&str, Option<PasswordText>),
) -> Result<Option<()>, ApiError> {
    let Some(password) = password else { return Ok(None) };
    verified(state, client, own, fields, (name, password)).await
}

/// As [`confirm_password`], for a change that can do without: whether the field `current_password` had it.
///
/// # Errors
/// As [`confirm_password`].
pub(crate) async fn given_password(
    state: &AuthState,
    client: &Client,
    own: (&Caller, &User),
    fields: &mut Fields<'_>,
    password: Option<PasswordText>,
) -> Result<Option<bool>, ApiError> {
    let Some(password) = password else { return Ok(Some(false)) };
    Ok(verified(state, client, own, fields, ("current_password", password)).await?.map(|()| true))
}

async fn verified(
    state: &AuthState,
    client: &Client,
    (caller, user): (&Caller, &User),
    fields: &mut Fields<'_>,
    (name, password): (&str, PasswordText),
) -> Result<Option<()>, ApiError> {
    if check_password(&state.account, client, (caller, user), password).await? {
        return Ok(Some(()));
    }
    fields.error(name, "Invalid password.");
    Ok(None)
}
