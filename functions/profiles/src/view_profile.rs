//! `GET /api/profiles/view_profile/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::{Email, UserId};
use aviary_store::{PageKeys, StoreError};
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

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
    let keys = id.map_or_else(PageKeys::default, |id| PageKeys::by(Some(viewer)).person(id));
    let read = try_join(state.page_reads.read(&keys), own_email(&state, viewer, id));
    let (_, (page_data, email)) = unconfirmed.confirm_with(read).await?;
    let id = id.ok_or_else(ApiError::not_found)?;
    let profile = page_data.profile(id).ok_or_else(ApiError::not_found)?;
    let is_following = page_data.follows(id);
    Ok(Json(ViewedProfile::of(profile, viewer, email.as_ref(), is_following, state.bucket.urls())))
}

/// The viewer's address, if the profile is the viewer's own; nobody else sees it. One round trip; none for another's
/// profile.
pub(crate) async fn own_email(
    state: &ProfilesState,
    viewer: UserId,
    id: Option<UserId>,
) -> Result<Option<Email>, StoreError> {
    if id == Some(viewer) { state.accounts.email_of(viewer).await } else { Ok(None) }
}
