//! `GET /api/profiles/view_profile/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::PageKeys;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::answer::ViewedProfile;

/// A profile by its id. One step.
#[utoipa::path(get, path = "/api/profiles/view_profile/{id}", tag = "profiles",
    params(("id" = String, Path, description = "The profile's id, which is the user's")),
    responses(
        (status = 200, description = "The profile", body = ViewedProfile),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id"),
    ))]
pub async fn view_profile(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<ViewedProfile>, ApiError> {
    let (viewer, id) = (unconfirmed.user(), id.parse::<UserId>().ok());
    let wanted = id.map_or_else(PageKeys::default, |id| PageKeys::by(Some(viewer)).person(id).follows(id));
    let (_, seen) = unconfirmed.confirm_with(state.page_reads.read(&wanted)).await?;
    let id = id.ok_or_else(ApiError::not_found)?;
    let profile = seen.profile(id).ok_or_else(ApiError::not_found)?;
    Ok(Json(ViewedProfile::of(profile, viewer, seen.follows(id), &state.bucket)))
}
