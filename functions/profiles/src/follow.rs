//! `POST /api/profiles/<id>/follow/`.

use aviary_auth::Unconfirmed;
use aviary_store::Related;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ProfilesState;
use crate::relating::{counted_between, edge};

pub(crate) const ONESELF: &str = "You cannot follow yourself.";

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowAnswer {
    /// Does the caller follow this user?
    pub following: bool,
    /// How many do.
    pub followers: u64,
}

/// The caller follows this user; again is as good as once. Two steps.
#[utoipa::path(post, path = "/api/profiles/{id}/follow", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "It is so", body = FollowAnswer),
        (status = 400, description = "The caller's own id, or somebody whom the caller blocks"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "This user blocks the caller"),
        (status = 404, description = "Nobody has this id"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn follow(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<FollowAnswer>, ApiError> {
    let (caller, between) = counted_between(&state, unconfirmed, &form, &id, ONESELF).await?;
    let followers = between.profile.followers;
    let followers = match state.relations.follow(caller.user, between.profile.id, edge(&state)?).await? {
        // The counter follows from the stream; what this request did is known now.
        Related::Changed => followers.saturating_add(1),
        // That may not be counted yet.
        Related::AlreadySo => followers.max(1),
        Related::BlockedBy => return Err(ApiError::blocked()),
        Related::Blocks => {
            let text = "You block this user. Unblock them before you follow them.";
            return Err(ApiError::detail(StatusCode::BAD_REQUEST, text));
        }
    };
    Ok(Json(FollowAnswer { following: true, followers }))
}
