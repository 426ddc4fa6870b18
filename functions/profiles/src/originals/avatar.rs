//! `PATCH /api/avatar/` (document 003's clients).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Fields, Params, Payload, Renaming, body};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::profile_update::update_profile;
use crate::state::ProfilesState;

body! {
    /// A new picture.
    pub struct AvatarBody {
        /// The picture: JPEG, PNG, GIF or WebP, as far as a request holds it.
        avatar: Renaming = required_by(File, |fields, name| {
            let form = fields.form();
            if form.files(name).is_empty() && !form.has_non_file(name) {
                fields.error(name, "No file was submitted.");
            }
            fields.handed_on(name, "image")
        }),
    }
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
    let mut fields = Fields::of(&form);
    let body = AvatarBody::read(&mut fields);
    if let Err(refusal) = fields.finish(Some(())) {
        unconfirmed.with_form(&form).confirm().await?;
        return Err(refusal);
    }
    // Without that route's other fields: it would change the biography too, or another's profile.
    let picture = form.renamed(&[body.avatar]);
    let changed = update_profile(state, client, unconfirmed, Params(picture)).await;
    let Json(profile) = changed.map_err(|error| error.renaming("image", "avatar"))?;
    Ok(Json(AvatarResponse { message: "Avatar updated", avatar_url: profile.profile_pic }))
}
