//! The account that a URL names by its username (document 003).

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::NameKey;
use aviary_store::User;
use aviary_web::ApiError;

use crate::state::AuthState;

/// The account that has this username (an address names nobody here), if the caller may act on it.
pub(crate) async fn named(
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
