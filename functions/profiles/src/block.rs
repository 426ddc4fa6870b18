//! `POST /api/profiles/<id>/block/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ProfilesState;
use crate::relating::{counted_between, edge};

pub(crate) const ONESELF: &str = "You cannot block yourself.";

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockAnswer {
    /// Does the caller block this user?
    pub blocked: bool,
}

/// The caller blocks this user, which ends follows both ways; again is as good as once. Two steps.
#[utoipa::path(post, path = "/api/profiles/{id}/block", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "It is so", body = BlockAnswer),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn block(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<BlockAnswer>, ApiError> {
    let (caller, between) = counted_between(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.block(caller.user, between.profile.id, edge(&state)?).await?;
    Ok(Json(BlockAnswer { blocked: true }))
}
