//! `GET /api/users/<username>/` (document 003).

use aviary_auth::Unconfirmed;
use aviary_model::NameKey;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;

use crate::UsersState;
use crate::answer::{ShownUser, is_deleted};

/// A user by its username, in any case. Two steps.
#[utoipa::path(get, path = "/api/users/{username}", tag = "users",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The user", body = ShownUser),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this name, or the profile was deleted"),
    ))]
pub async fn show(
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
