//! Finds the user whom the caller follows, blocks or mutes.

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::{EdgeId, UserId};
use aviary_store::RelationTarget;
use aviary_web::{ApiError, Form};
use http::StatusCode;

use crate::state::ProfilesState;

/// The caller and the user whom the path names, with the blocks and mutes between them. Two round trips,
/// one of which counts the request.
///
/// # Errors
/// 404 for an unknown id, 400 with the text `oneself` for the caller's own.
pub(crate) async fn relation_target(
    state: &ProfilesState,
    unconfirmed: Unconfirmed,
    form: &Form,
    id: &str,
    oneself: &'static str,
) -> Result<(Caller, RelationTarget), ApiError> {
    let (user, other) = (unconfirmed.user(), id.parse::<UserId>().ok());
    let read = async {
        match other {
            Some(other) => state.relations.between(user, other).await,
            None => Ok(None),
        }
    };
    let (caller, target) = unconfirmed.with_form(form).confirm_with(read).await?;
    let target = target.ok_or_else(ApiError::not_found)?;
    if target.profile.id == caller.user {
        return Err(ApiError::detail(StatusCode::BAD_REQUEST, oneself));
    }
    Ok((caller, target))
}

/// The id of a new follow, block or mute.
pub(crate) fn new_edge_id(state: &ProfilesState) -> Result<EdgeId, ApiError> {
    Ok(EdgeId::new(state.clock.now(), state.entropy.as_ref())?)
}
