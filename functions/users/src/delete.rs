//! `DELETE /api/users/delete/<username>/` (document 003).

use aviary_auth::{StaffAct, Unconfirmed};
use aviary_media::ObjectKey;
use aviary_model::NameKey;
use aviary_store::Picture;
use aviary_web::{ApiError, Client, PathText, UnreadBody};
use axum::extract::State;
use http::StatusCode;

use crate::state::UsersState;

/// Clears a user's biography, alias and pictures. The account, tweets and follows stay. Three round trips, and the
/// removal of an uploaded picture.
#[utoipa::path(delete, path = "/api/users/delete/{username}", tag = "users",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 204, description = "The profile is cleared"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's profile"),
        (status = 404, description = "Unknown username, or the profile is deleted already"),
    ))]
pub async fn delete_user(
    State(state): State<UsersState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<StatusCode, ApiError> {
    let name = NameKey::of(&username);
    let (caller, owner) = unconfirmed.with_form(&form).confirm_with(state.profiles.owner_of(&name)).await?;
    let owner = owner.ok_or_else(ApiError::not_found)?;
    caller.must_own(owner)?;
    let act = StaffAct { event: "profile_cleared", caller: &caller, owner, subject: None };
    let cleared = state.audit.with_act(&client, act, state.profiles.delete_for_service(owner)).await?;
    let before = cleared.ok_or_else(ApiError::not_found)?;
    if let Some(Picture::Object(key)) = before.picture {
        remove_picture(&state, &key).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a picture that no profile names. A failure is only logged.
async fn remove_picture(state: &UsersState, key: &str) {
    let Ok(object) = key.parse::<ObjectKey>() else { return };
    if let Err(error) = state.bucket.delete(&[object]).await {
        tracing::warn!(error = %error, s3.key = %key, "failed to remove the picture of a deleted profile");
    }
}
