//! The `uid` and `token` that a mailed link carries.

use aviary_auth::from_uid;
use aviary_model::Secret;
use aviary_store::User;
use aviary_web::ApiError;

use crate::state::AuthState;

/// The user with this `uid`. One round trip.
///
/// # Errors
/// 400 for an unknown or malformed `uid`.
pub(crate) async fn user_of(state: &AuthState, uid: &Secret) -> Result<User, ApiError> {
    let invalid = || ApiError::field("uid", "Invalid user id or user doesn't exist.");
    let id = from_uid(uid.expose()).ok_or_else(invalid)?;
    state.tables.accounts.by_id(id).await?.ok_or_else(invalid)
}
