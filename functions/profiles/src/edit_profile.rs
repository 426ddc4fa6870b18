//! `PUT /api/profiles/edit/` (document 000).

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_media::Folder;
use aviary_model::{Alias, Bio, Link, UserId};
use aviary_store::{PageKeys, Picture, ProfileChange};
use aviary_web::{ApiError, Fields, Form, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ProfilesState;
use crate::answer::ViewedProfile;
use crate::changing::apply;

/// What can be changed; what is not sent stays, what is sent empty is cleared.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditBody {
    /// Whose profile.
    pub profile_id: String,
    /// The name shown beside the username, at most 150 characters.
    #[schema(required = false)]
    pub alias: String,
    /// The biography, at most 400 characters.
    #[schema(required = false)]
    pub bio: String,
    /// The picture's http(s) URL.
    #[schema(required = false)]
    pub image_url: String,
    /// The http(s) URL of the picture behind it.
    #[schema(required = false)]
    pub background_image_url: String,
}

/// A body whose fields are valid.
struct Edit {
    profile_id: String,
    alias: Option<Alias>,
    bio: Option<Bio>,
    image: Option<Option<Link>>,
    background: Option<Option<Link>>,
}

/// Changes a profile. Two steps, and the removal of an uploaded picture that a link replaces.
#[utoipa::path(put, path = "/api/profiles/edit", tag = "profiles", request_body = EditBody, responses(
    (status = 200, description = "The profile as it is now", body = ViewedProfile),
    (status = 400, description = "What is wrong with which field"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "Another's profile"),
    (status = 404, description = "Nobody has this id"),
))]
pub async fn edit_profile(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<ViewedProfile>, ApiError> {
    let (viewer, edit) = (unconfirmed.user(), read(&form));
    let id = edit.as_ref().ok().and_then(|edit| edit.profile_id.parse::<UserId>().ok());
    let wanted = id.map_or_else(PageKeys::default, |id| PageKeys::by(Some(viewer)).person(id).follows(id));
    let (caller, seen) = unconfirmed.with_form(&form).confirm_with(state.page_reads.read(&wanted)).await?;
    let edit = edit?;
    let id = id.ok_or_else(ApiError::not_found)?;
    seen.profile(id).ok_or_else(ApiError::not_found)?;
    caller.must_own(id)?;
    let changed = apply(&state, id, change(&state, id, edit)).await?;
    Ok(Json(ViewedProfile::of(&changed, viewer, seen.follows(id), &state.bucket)))
}

/// The path as document 000 prints it.
#[utoipa::path(put, path = "/api/prfiles/edit", tag = "profiles", request_body = EditBody, responses(
    (status = 200, description = "The profile as it is now", body = ViewedProfile),
    (status = 400, description = "What is wrong with which field"),
    (status = 401, description = "No credential, or one that does not count"),
    (status = 403, description = "Another's profile"),
    (status = 404, description = "Nobody has this id"),
))]
pub async fn edit_profile_as_printed(
    state: State<ProfilesState>,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<ViewedProfile>, ApiError> {
    edit_profile(state, unconfirmed, payload).await
}

fn read(form: &Form) -> Result<Edit, ApiError> {
    let mut fields = Fields::of(form);
    let profile_id = fields.required("profile_id", |text| Ok::<_, Vec<Infallible>>(text.trim().to_owned()));
    let alias = fields.blankable("alias", Alias::parse);
    let bio = fields.blankable("bio", Bio::parse);
    let image = fields.blankable("image_url", Link::parse_blankable);
    let background = fields.blankable("background_image_url", Link::parse_blankable);
    fields.finish(profile_id.map(|profile_id| Edit { profile_id, alias, bio, image, background }))
}

/// A client that sends back what it was shown does not mean a link to an object of ours, which may be another by now.
fn change(state: &ProfilesState, id: UserId, edit: Edit) -> ProfileChange {
    let uploads = state.bucket.urls().url(Folder::avatars(id.uuid()).as_str());
    let is_upload = |link: &Link| link.as_str().starts_with(&uploads);
    let image = edit.image.filter(|image| !image.as_ref().is_some_and(is_upload));
    ProfileChange {
        bio: edit.bio,
        alias: edit.alias,
        picture: image.map(|link| link.map(Picture::Link)),
        background: edit.background,
    }
}
