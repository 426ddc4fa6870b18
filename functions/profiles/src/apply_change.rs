//! Writes a change of a profile and removes the picture that it replaces.

use aviary_media::ObjectKey;
use aviary_model::UserId;
use aviary_store::{Picture, Profile, ProfileChange};
use aviary_web::ApiError;

use crate::state::ProfilesState;

/// Writes the change, removes the replaced picture, and returns the changed profile. One round trip, and the removal.
///
/// The write returns the profile as it was before, so of several concurrent changes exactly one removes a picture.
///
/// # Errors
/// 404 if there is no such profile.
pub(crate) async fn apply_change(
    state: &ProfilesState,
    id: UserId,
    change: ProfileChange,
) -> Result<Profile, ApiError> {
    let before = state.profiles.change(id, &change).await?.ok_or_else(ApiError::not_found)?;
    if let (Some(new), Some(Picture::Object(key))) = (&change.picture, &before.picture)
        // A repeated write whose first response was lost finds its own picture, which must stay.
        && *new != before.picture
        && let Ok(key) = key.parse::<ObjectKey>()
    {
        remove_picture(state, &key).await;
    }
    Ok(change.applied_to(before))
}

/// Removes a picture that no profile names. A failure is only logged.
pub(crate) async fn remove_picture(state: &ProfilesState, key: &ObjectKey) {
    if let Err(error) = state.bucket.delete(std::slice::from_ref(key)).await {
        tracing::warn!(error = %error, s3.key = %key, "failed to remove a replaced profile picture");
    }
}
