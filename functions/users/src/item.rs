//! `GET /api/users/<username>/` (document 003).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;

use crate::named_user::NamedUser;
use crate::response::{ShownUser, ViewedUser, avatar_url};
use crate::state::UsersState;

/// A user by their username, in any case. Two round trips.
#[utoipa::path(get, path = "/api/users/{username}", tag = "users",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The user", body = ViewedUser),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown username, or the profile is deleted"),
    ))]
pub async fn show_user(
    State(state): State<UsersState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<ViewedUser>, ApiError> {
    let NamedUser { target, is_online } = NamedUser::read(&state, unconfirmed, &username).await?;
    let profile = &target.profile;
    let avatar_url = avatar_url(profile, state.bucket.urls(), &client);
    Ok(Json(ViewedUser { user: ShownUser::of(profile, &profile.bio), avatar_url, is_online }))
}
