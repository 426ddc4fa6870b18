//! The user whom a path names, as the caller sees them.

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::{NameKey, UserId};
use aviary_store::RelationTarget;
use aviary_web::ApiError;
use futures_util::future::try_join;

use crate::response::is_deleted;
use crate::state::UsersState;

/// A user with what stands between them and the caller.
pub(crate) struct NamedUser {
    pub(crate) target: RelationTarget,
    /// Whether the user is online, as far as the caller may know: of oneself, and of who follows and is followed.
    pub(crate) is_online: bool,
}

/// The caller, and the id of the user with this name. One round trip.
///
/// # Errors
/// 404 for an unknown name.
pub(crate) async fn owner_of(
    state: &UsersState,
    unconfirmed: Unconfirmed,
    username: &str,
) -> Result<(Caller, UserId), ApiError> {
    let name = NameKey::of(username);
    let (caller, owner) = unconfirmed.confirm_with(state.profiles.owner_of(&name)).await?;
    Ok((caller, owner.ok_or_else(ApiError::not_found)?))
}

impl NamedUser {
    /// Reads the user with this name. Two round trips.
    ///
    /// # Errors
    /// 404 for an unknown name, and for one whose profile was deleted in the user service.
    pub(crate) async fn read(state: &UsersState, unconfirmed: Unconfirmed, username: &str) -> Result<Self, ApiError> {
        let (caller, owner) = owner_of(state, unconfirmed, username).await?;
        let read = try_join(state.relations.between(caller.user, owner), state.presences.of(owner));
        let (target, presence) = read.await?;
        let target = target.filter(|target| !is_deleted(&target.profile)).ok_or_else(ApiError::not_found)?;
        let may_know = owner == caller.user || target.is_mutual();
        Ok(Self { target, is_online: may_know && presence.is_online(state.clock.now()) })
    }
}
