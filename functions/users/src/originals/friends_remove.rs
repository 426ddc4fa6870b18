//! `DELETE /api/users/<username>/friends/remove/<name>/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathTexts, UnreadBody};
use axum::Json;
use axum::extract::State;

use crate::originals::friends_add::caller_and_friend;
use crate::response::Done;
use crate::state::UsersState;

/// Ends that somebody is the caller's friend: unfollows them, as `DELETE /api/profiles/<id>/follow/`. Four round trips,
/// three for somebody who is no friend.
#[utoipa::path(delete, path = "/api/users/{username}/friends/remove/{name}", tag = "originals",
    params(("username" = String, Path, description = "The caller's own username"),
        ("name" = String, Path, description = "The friend's username")),
    responses(
        (status = 200, description = "The caller does not follow the friend", body = Done),
        (status = 400, description = "The caller's own name"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's list"),
        (status = 404, description = "Unknown username"),
    ))]
pub async fn remove_friend(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    PathTexts(username, name): PathTexts,
    UnreadBody(form): UnreadBody,
) -> Result<Json<Done>, ApiError> {
    let (caller, friend) = caller_and_friend(&state, unconfirmed, &form, &username, &name).await?;
    let target = state.relations.between(caller.user, friend).await?.ok_or_else(ApiError::not_found)?;
    state.relations.unfollow(caller.user, target).await?;
    Ok(Json(Done { message: "Friend removed" }))
}
