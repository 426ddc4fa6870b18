//! `POST` and `DELETE /api/profiles/<id>/follow/`.

use aviary_auth::{Caller, Unconfirmed};
use aviary_representation::{FOLLOWS_ONESELF, followed, one_less, one_more};
use aviary_store::{RelationChange, RelationTarget};
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::relation_target::{new_edge_id, relation_target};
use crate::state::ProfilesState;

/// The follow after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowResponse {
    /// Does the caller follow this user?
    pub following: bool,
    /// The number of this user's followers.
    pub followers: u64,
}

/// Follows a user. Following them again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/profiles/{id}/follow", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The caller follows this user", body = FollowResponse),
        (status = 400, description = "The caller's own id, a user whom the caller blocks, or too many follows"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "This user blocks the caller"),
        (status = 404, description = "Unknown user"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn follow(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<FollowResponse>, ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, FOLLOWS_ONESELF).await?;
    let changed = begin_follow(&state, &caller, &target).await?;
    Ok(Json(FollowResponse { following: true, followers: one_more(target.profile.followers, changed) }))
}

/// Makes the caller follow a user. False if they do already. One round trip.
///
/// # Errors
/// 403 if this user blocks the caller, 400 if the caller blocks this user or follows too many.
pub(crate) async fn begin_follow(
    state: &ProfilesState,
    caller: &Caller,
    target: &RelationTarget,
) -> Result<bool, ApiError> {
    let change = state.relations.follow(caller.user, target.profile.id, new_edge_id(state)?).await?;
    followed(change, &state.relations)
}

/// Unfollows a user. Without a follow nothing changes. Three round trips.
#[utoipa::path(delete, path = "/api/profiles/{id}/follow", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The caller does not follow this user", body = FollowResponse),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn unfollow(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<FollowResponse>, ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, FOLLOWS_ONESELF).await?;
    let followers = target.profile.followers;
    let ended = state.relations.unfollow(caller.user, target).await? == RelationChange::Changed;
    let followers = one_less(followers, ended);
    Ok(Json(FollowResponse { following: false, followers }))
}
