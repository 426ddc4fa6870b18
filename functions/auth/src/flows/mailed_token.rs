//! The `uid` and `token` that a mailed link carries.

use aviary_auth::from_uid;
use aviary_model::Secret;
use aviary_store::User;
use aviary_web::ApiError;

use crate::state::AuthState;

/// The user that a `uid` names.
pub(crate) async fn user_of(state: &AuthState, uid: &Secret) -> Result<User, ApiError> {
    let invalid = || ApiError::field("uid", "Invalid user id or user doesn't exist.");
    let id = from_uid(uid.expose()).ok_or_else(invalid)?;
    state.tables.accounts.by_id(id).await?.ok_or_else(invalid)
}

pub(crate) fn invalid_token() -> ApiError {
    ApiError::field("token", "Invalid token for given user.")
}
