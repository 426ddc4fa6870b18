//! `DELETE /api/users/delete/<username>/` (document 003).

use aviary_auth::Unconfirmed;
use aviary_media::ObjectKey;
use aviary_model::NameKey;
use aviary_store::Picture;
use aviary_web::{ApiError, PathText, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::UsersState;

/// Clears a user's biography, alias and pictures; account, tweets and follows stay. Two steps, and the
/// removal of an uploaded picture.
#[utoipa::path(delete, path = "/api/users/delete/{username}", tag = "users",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 204, description = "The profile is cleared"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Another's profile"),
        (status = 404, description = "Nobody has this name, or the profile was deleted before"),
    ))]
pub async fn delete(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let name = NameKey::of(&username);
    let (caller, owner) = unconfirmed.with_form(&form).confirm_with(state.profiles.owner_of(&name)).await?;
    let owner = owner.ok_or_else(ApiError::not_found)?;
    caller.must_own(owner)?;
    let before = state.profiles.delete_for_service(owner).await?.ok_or_else(ApiError::not_found)?;
    if let Some(Picture::Object(key)) = before.picture {
        remove(&state, &key).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// An object that nothing names any more. Failing to remove it harms nobody; the log says so.
async fn remove(state: &UsersState, key: &str) {
    let Ok(object) = key.parse::<ObjectKey>() else { return };
    if let Err(error) = state.bucket.delete(&[object]).await {
        tracing::warn!(error = %error, s3.key = %key, "an object was left behind");
    }
}
