//! `GET /api/profiles/view_profile/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::PageKeys;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;

use crate::response::ViewedProfile;
use crate::state::ProfilesState;

/// A profile by its id. One round trip.
#[utoipa::path(get, path = "/api/profiles/view_profile/{id}", tag = "profiles",
    params(("id" = String, Path, description = "The profile's id, which is the user's")),
    responses(
        (status = 200, description = "The profile", body = ViewedProfile),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown profile"),
    ))]
pub async fn view_profile(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<ViewedProfile>, ApiError> {
    let (viewer, id) = (unconfirmed.user(), id.parse::<UserId>().ok());
    let keys = id.map_or_else(PageKeys::default, |id| PageKeys::by(Some(viewer)).person(id).follows(id));
    let (_, page_data) = unconfirmed.confirm_with(state.page_reads.read(&keys)).await?;
    let id = id.ok_or_else(ApiError::not_found)?;
    let profile = page_data.profile(id).ok_or_else(ApiError::not_found)?;
    Ok(Json(ViewedProfile::of(profile, viewer, page_data.follows(id), state.bucket.urls())))
}
