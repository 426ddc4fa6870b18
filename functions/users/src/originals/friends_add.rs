//! `PATCH /api/users/<username>/friends/add/<name>/`.

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::{EdgeId, NameKey, UserId};
use aviary_representation::{FOLLOWS_ONESELF, followed};
use aviary_web::{ApiError, Form, PathTexts, UnreadBody};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;

use crate::response::Done;
use crate::state::UsersState;

/// Makes somebody the caller's friend: follows them, as `POST /api/profiles/<id>/follow/`. Three round trips.
#[utoipa::path(patch, path = "/api/users/{username}/friends/add/{name}", tag = "originals",
    params(("username" = String, Path, description = "The caller's own username"),
        ("name" = String, Path, description = "The friend's username")),
    responses(
        (status = 200, description = "The caller follows the friend", body = Done),
        (status = 400, description = "The caller's own name, a user whom the caller blocks, or too many follows"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's list, or the friend blocks the caller"),
        (status = 404, description = "Unknown username"),
    ))]
pub async fn add_friend(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    PathTexts(username, name): PathTexts,
    UnreadBody(form): UnreadBody,
) -> Result<Json<Done>, ApiError> {
    let (caller, friend) = caller_and_friend(&state, unconfirmed, &form, &username, &name).await?;
    let id = EdgeId::new(state.clock.now(), state.entropy.as_ref())?;
    followed(state.relations.follow(caller.user, friend, id).await?, &state.relations)?;
    Ok(Json(Done { message: "Friend added" }))
}

/// The caller, whose list the path must name, and the friend. Two round trips, one of which counts the request.
///
/// # Errors
/// 403 for another's list, 404 for an unknown name, 400 for the caller's own as the friend's.
pub(crate) async fn caller_and_friend(
    state: &UsersState,
    unconfirmed: Unconfirmed,
    form: &Form,
    username: &str,
    name: &str,
) -> Result<(Caller, UserId), ApiError> {
    let (own, friend) = (NameKey::of(username), NameKey::of(name));
    let read = try_join(state.profiles.owner_of(&own), state.profiles.owner_of(&friend));
    let (caller, (owner, friend)) = unconfirmed.with_form(form).confirm_with(read).await?;
    if owner.ok_or_else(ApiError::not_found)? != caller.user {
        return Err(ApiError::permission_denied());
    }
    let friend = friend.ok_or_else(ApiError::not_found)?;
    if friend == caller.user {
        return Err(ApiError::detail(StatusCode::BAD_REQUEST, FOLLOWS_ONESELF));
    }
    Ok((caller, friend))
}
