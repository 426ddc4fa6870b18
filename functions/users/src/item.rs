//! `GET /api/users/<username>/` (document 003).

use aviary_auth::Unconfirmed;
use aviary_model::NameKey;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;

use crate::response::{ShownUser, is_deleted};
use crate::state::UsersState;

/// A user by their username, in any case. Two round trips.
#[utoipa::path(get, path = "/api/users/{username}", tag = "users",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The user", body = ShownUser),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown username, or the profile is deleted"),
    ))]
pub async fn show_user(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<ShownUser>, ApiError> {
    let name = NameKey::of(&username);
    let (_, owner) = unconfirmed.confirm_with(state.profiles.owner_of(&name)).await?;
    let owner = owner.ok_or_else(ApiError::not_found)?;
    let profile = state.profiles.by_id(owner).await?.filter(|profile| !is_deleted(profile));
    let profile = profile.ok_or_else(ApiError::not_found)?;
    Ok(Json(ShownUser::of(&profile, &profile.bio)))
}
