//! `POST` and `DELETE /api/profiles/<id>/block/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::relation_target::{new_edge_id, relation_target};
use crate::state::ProfilesState;

const ONESELF: &str = "You cannot block yourself.";

/// The block after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockResponse {
    /// Does the caller block this user?
    pub blocked: bool,
}

/// Blocks a user, which ends follows in both directions. Blocking them again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/profiles/{id}/block", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The caller blocks this user", body = BlockResponse),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn block(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<BlockResponse>, ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.block(caller.user, target, new_edge_id(&state)?).await?;
    Ok(Json(BlockResponse { blocked: true }))
}

/// Unblocks a user. Ended follows stay ended. Three round trips.
#[utoipa::path(delete, path = "/api/profiles/{id}/block", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The caller does not block this user", body = BlockResponse),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn unblock(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<BlockResponse>, ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.unblock(caller.user, target).await?;
    Ok(Json(BlockResponse { blocked: false }))
}
