//! `GET /api/users/<username>/avatar/`. `PATCH /api/avatar/` is in the function `profiles`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::named_user::owner_of;
use crate::response::{avatar_url, is_deleted};
use crate::state::UsersState;

/// A user's picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownAvatar {
    /// What was done.
    pub message: &'static str,
    /// The URL of the picture; the default picture's if the user has none.
    pub avatar_url: String,
}

/// A user's picture. Two round trips.
#[utoipa::path(get, path = "/api/users/{username}/avatar", tag = "originals",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The picture", body = ShownAvatar),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown username, or the profile is deleted"),
    ))]
pub async fn show_avatar(
    State(state): State<UsersState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<ShownAvatar>, ApiError> {
    let (_, owner) = owner_of(&state, unconfirmed, &username).await?;
    let profile = state.profiles.by_id(owner).await?.filter(|profile| !is_deleted(profile));
    let profile = profile.ok_or_else(ApiError::not_found)?;
    let avatar_url = avatar_url(&profile, state.bucket.urls(), &client);
    Ok(Json(ShownAvatar { message: "Avatar found", avatar_url }))
}
