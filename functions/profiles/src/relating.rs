//! What following, blocking and muting somebody have in common.

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::{EdgeId, UserId};
use aviary_store::Between;
use aviary_web::{ApiError, Form};
use http::StatusCode;

use crate::ProfilesState;

/// The caller, and the other one whom the path names. One step.
///
/// # Errors
/// 404 where nobody has this id, 400 with this text where it is the caller's own.
pub(crate) async fn between(
    state: &ProfilesState,
    unconfirmed: Unconfirmed,
    form: &Form,
    id: &str,
    oneself: &'static str,
) -> Result<(Caller, Between), ApiError> {
    let (user, other) = (unconfirmed.user(), id.parse::<UserId>().ok());
    let read = async {
        match other {
            Some(other) => state.relations.between(user, other).await,
            None => Ok(None),
        }
    };
    let (caller, between) = unconfirmed.with_form(form).confirm_with(read).await?;
    let between = between.ok_or_else(ApiError::not_found)?;
    if between.profile.id == caller.user {
        return Err(ApiError::detail(StatusCode::BAD_REQUEST, oneself));
    }
    Ok((caller, between))
}

/// The same for what is counted, since others are told of it. One step.
///
/// # Errors
/// As [`between`], and 429 where it is too much.
pub(crate) async fn counted_between(
    state: &ProfilesState,
    unconfirmed: Unconfirmed,
    form: &Form,
    id: &str,
    oneself: &'static str,
) -> Result<(Caller, Between), ApiError> {
    let account = unconfirmed.user().to_string();
    let (between, within) =
        futures_util::join!(between(state, unconfirmed, form, id, oneself), state.limiter.count_spread(&account));
    let between = between?;
    within.map(|()| between)
}

/// The id of a new edge.
pub(crate) fn edge(state: &ProfilesState) -> Result<EdgeId, ApiError> {
    Ok(EdgeId::new(state.clock.now(), state.entropy.as_ref())?)
}
