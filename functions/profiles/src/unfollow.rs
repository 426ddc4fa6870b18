//! `DELETE /api/profiles/<id>/follow/`.

use aviary_auth::Unconfirmed;
use aviary_store::Related;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::follow::{FollowAnswer, ONESELF};
use crate::relating::between;

/// The caller does not follow this user any more; again is as good as once. Two steps.
#[utoipa::path(delete, path = "/api/profiles/{id}/follow", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "It is so", body = FollowAnswer),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id"),
    ))]
pub async fn unfollow(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<FollowAnswer>, ApiError> {
    let (caller, between) = between(&state, unconfirmed, &form, &id, ONESELF).await?;
    let ended = state.relations.unfollow(caller.user, between.profile.id).await? == Related::Changed;
    let followers = between.profile.followers.saturating_sub(u64::from(ended));
    Ok(Json(FollowAnswer { following: false, followers }))
}
