//! The account that a URL names by its username (document 003).

use aviary_auth::{AccountCounts, Caller, Unconfirmed};
use aviary_model::{NameKey, UserId, Username};
use aviary_store::User;
use aviary_web::ApiError;

use crate::state::AuthState;

/// Confirms the caller and returns the account with this username, if `allowed` lets the caller act on it. The name is
/// looked up among the profiles' names, which no email address is in: an address is 404 like any unknown name, and at
/// the same cost. A request for `new_name` is refused after too many for names that were taken. If the caller has that name
/// already, the account's former names lead to it too: the first answer to the request may have been lost. One round
/// trip, two for another's account.
///
/// # Errors
/// 404 for an unknown username, then what `allowed` says, which is [`Caller::must_own`] or [`Caller::must_be`]; 429
/// above a limit.
pub(crate) async fn account_by_name(
    state: &AuthState,
    unconfirmed: Unconfirmed,
    username: &str,
    allowed: fn(&Caller, UserId) -> Result<(), ApiError>,
    new_name: Option<&Username>,
) -> Result<(Caller, User), ApiError> {
    let (key, own) = (NameKey::of(username), unconfirmed.user());
    let reads =
        async { futures_util::try_join!(state.tables.profiles.owner_of(&key), state.tables.accounts.by_id(own)) };
    let counts = |(owner, own): &(Option<UserId>, Option<User>)| {
        let is_own = |own: &&User| *owner == Some(own.id);
        let renamed = own.as_ref().filter(is_own).zip(new_name).is_some_and(|(own, new)| own.username != *new);
        AccountCounts::default().asks_for_a_name(renamed)
    };
    let (caller, (owner, own)) = unconfirmed.confirm_counting(reads, counts).await?;
    let is_repeated = own.as_ref().zip(new_name).is_some_and(|(own, new)| own.username == *new && own.gave_up(&key));
    let owner = owner.or_else(|| is_repeated.then_some(caller.user)).ok_or_else(ApiError::not_found)?;
    allowed(&caller, owner)?;
    let user = if owner == caller.user { own } else { state.tables.accounts.by_id(owner).await? };
    Ok((caller, user.ok_or_else(ApiError::not_found)?))
}
