//! The account that a URL names by its username (document 003).

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::NameKey;
use aviary_store::User;
use aviary_web::ApiError;

use crate::state::AuthState;

/// Confirms the caller and returns the account with this username, if the caller may act on it. Only a username finds
/// an account here, an email address does not. Two round trips.
///
/// # Errors
/// 404 for an unknown username, 403 for another user's account.
pub(crate) async fn account_by_name(
    state: &AuthState,
    unconfirmed: Unconfirmed,
    username: &str,
) -> Result<(Caller, User), ApiError> {
    let key = NameKey::of(username);
    let (caller, owner) = unconfirmed.confirm_with(state.tables.accounts.owner_of(&key)).await?;
    let owner = owner.ok_or_else(ApiError::not_found)?;
    caller.must_own(owner)?;
    let user = state.tables.accounts.by_id(owner).await?.filter(|user| user.username.key() == key);
    Ok((caller, user.ok_or_else(ApiError::not_found)?))
}
