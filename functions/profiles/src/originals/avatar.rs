//! `PATCH /api/avatar/` (document 003's clients).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Params, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::profile_update::update_profile;
use crate::state::ProfilesState;

/// A new picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvatarBody {
    /// The picture: JPEG, PNG, GIF or WebP, as far as a request holds it.
    #[schema(value_type = String, format = Binary)]
    pub avatar: Vec<u8>,
}

/// The caller's picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvatarResponse {
    /// What was done.
    pub message: &'static str,
    /// The URL of the picture.
    pub avatar_url: String,
}

/// Changes the caller's picture; as `PUT /profile/update`. Three round trips.
#[utoipa::path(patch, path = "/api/avatar", tag = "originals",
    request_body(content = AvatarBody, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The new picture", body = AvatarResponse),
        (status = 400, description = "No picture, or one that is none"),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn patch_avatar(
    state: State<ProfilesState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<AvatarResponse>, ApiError> {
    if form.files("avatar").is_empty() && !form.has_non_file("avatar") {
        unconfirmed.with_form(&form).confirm().await?;
        return Err(ApiError::field("avatar", "No file was submitted."));
    }
    // Without that route's other fields: it would change the biography too, or another's profile.
    let picture = form.renamed(&[("avatar", "image"), ("csrfmiddlewaretoken", "csrfmiddlewaretoken")]);
    let changed = update_profile(state, client, unconfirmed, Params(picture)).await;
    let Json(profile) = changed.map_err(|error| error.renaming("image", "avatar"))?;
    Ok(Json(AvatarResponse { message: "Avatar updated", avatar_url: profile.profile_pic }))
}
