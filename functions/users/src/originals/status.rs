//! `GET /api/users/status/<username>/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::named_user::NamedUser;
use crate::state::UsersState;

/// Whether a user is online.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnlineStatus {
    /// True for the caller, and for users who follow the caller and are followed, within five minutes of their last sign.
    pub is_online: bool,
}

/// Whether a user is online. Two round trips.
#[utoipa::path(get, path = "/api/users/status/{username}", tag = "originals",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "Whether the user is online", body = OnlineStatus),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown username, or the profile is deleted"),
    ))]
pub async fn show_status(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<OnlineStatus>, ApiError> {
    let user = NamedUser::read(&state, unconfirmed, &username).await?;
    Ok(Json(OnlineStatus { is_online: user.is_online }))
}
