//! Writing a change of a profile, and what follows from it.

use aviary_media::ObjectKey;
use aviary_model::UserId;
use aviary_store::{Picture, Profile, ProfileChange};
use aviary_web::ApiError;

use crate::ProfilesState;

/// Writes the change, answers the profile as it is then, and removes the picture that it replaced, which
/// exactly one request learns of. One step, and the removal.
pub(crate) async fn apply(state: &ProfilesState, id: UserId, change: ProfileChange) -> Result<Profile, ApiError> {
    let before = state.profiles.change(id, &change).await?.ok_or_else(ApiError::not_found)?;
    if let (Some(new), Some(Picture::Object(key))) = (&change.picture, &before.picture)
        // A repetition after a lost answer finds its own picture, which is not to go.
        && *new != before.picture
        && let Ok(key) = key.parse::<ObjectKey>()
    {
        remove(state, &key).await;
    }
    Ok(change.applied_to(before))
}

/// An object that nothing names any more. Failing to remove it harms nobody; the log says so.
pub(crate) async fn remove(state: &ProfilesState, key: &ObjectKey) {
    if let Err(error) = state.bucket.delete(std::slice::from_ref(key)).await {
        tracing::warn!(error = %error, s3.key = %key, "an object was left behind");
    }
}
