//! `PUT /api/profiles/edit/`, and `PUT /api/prfiles/edit/` as document 000 prints it.

use std::convert::Infallible;

use aviary_auth::{StaffAct, Unconfirmed};
use aviary_media::Folder;
use aviary_model::{Alias, Bio, Link, UserId};
use aviary_store::{PageKeys, Picture, ProfileChange};
use aviary_web::{ApiError, Client, Fields, Form, Payload, body};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::apply_change::apply_change;
use crate::response::ViewedProfile;
use crate::state::ProfilesState;
use crate::view_profile::own_email;

body! {
    /// The fields to change. An absent field stays as it is, an empty one is cleared.
    pub struct EditProfileBody {
        /// The id of the profile to change; by default the caller's.
        profile_id: String = optional(id),
        /// The display name, at most 150 characters.
        alias: Alias = blankable(Alias::parse),
        /// At most 400 characters.
        bio: Bio = blankable(Bio::parse),
        /// The http or https URL of the profile picture.
        image_url: Option<Link> = blankable(Link::parse_blankable),
        /// The http or https URL of the background picture.
        background_image_url: Option<Link> = blankable(Link::parse_blankable),
    }
}

/// Changes a profile. Three round trips, and the removal of an uploaded picture that a link replaces.
#[utoipa::path(put, path = "/api/profiles/edit", tag = "profiles", request_body = EditProfileBody, responses(
    (status = 200, description = "The changed profile", body = ViewedProfile),
    (status = 400, description = "Invalid fields, each with its errors"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "Another user's profile"),
    (status = 404, description = "Unknown profile"),
))]
pub async fn edit_profile(
    State(state): State<ProfilesState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<ViewedProfile>, ApiError> {
    let (viewer, edit) = (unconfirmed.user(), read(&form));
    let id = edit.as_ref().ok().and_then(|edit| match &edit.profile_id {
        Some(id) => id.parse::<UserId>().ok(),
        None => Some(viewer),
    });
    let keys = id.map_or_else(PageKeys::default, |id| PageKeys::by(Some(viewer)).person(id));
    let read = try_join(state.page_reads.read(&keys), own_email(&state, viewer, id));
    let (caller, (page_data, email)) = unconfirmed.with_form(&form).confirm_with(read).await?;
    let edit = edit?;
    let id = id.ok_or_else(ApiError::not_found)?;
    page_data.profile(id).ok_or_else(ApiError::not_found)?;
    caller.must_own(id)?;
    let act = StaffAct { event: "profile_changed", caller: &caller, owner: id, subject: None };
    let changed = apply_change(&state, id, change(&state, id, edit));
    let changed = state.audit.with_act(&client, act, changed).await?;
    Ok(Json(ViewedProfile::of(&changed, viewer, email.as_ref(), page_data.follows(id), state.bucket.urls())))
}

/// As `PUT /api/profiles/edit`: the path with document 000's misprint.
#[utoipa::path(put, path = "/api/prfiles/edit", tag = "profiles", request_body = EditProfileBody, responses(
    (status = 200, description = "The changed profile", body = ViewedProfile),
    (status = 400, description = "Invalid fields, each with its errors"),
    (status = 401, description = "Missing or invalid credential"),
    (status = 403, description = "Another user's profile"),
    (status = 404, description = "Unknown profile"),
))]
pub async fn edit_profile_as_printed(
    state: State<ProfilesState>,
    client: Client,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<ViewedProfile>, ApiError> {
    edit_profile(state, client, unconfirmed, payload).await
}

fn read(form: &Form) -> Result<EditProfileBody, ApiError> {
    let mut fields = Fields::of(form);
    let edit = EditProfileBody::read(&mut fields);
    fields.finish(Some(edit))
}

fn id(text: &str) -> Result<String, Vec<Infallible>> {
    Ok(text.trim().to_owned())
}

/// The change that an edit makes. A link to an uploaded picture of this profile is ignored: the client sends back the
/// URL that it was shown, and the picture may have been replaced since.
fn change(state: &ProfilesState, id: UserId, edit: EditProfileBody) -> ProfileChange {
    let uploads = state.bucket.urls().url(Folder::avatars(id.uuid()).as_str());
    let is_upload = |link: &Link| link.as_str().starts_with(&uploads);
    let image = edit.image_url.filter(|image| !image.as_ref().is_some_and(is_upload));
    ProfileChange {
        bio: edit.bio,
        alias: edit.alias,
        picture: image.map(|link| link.map(Picture::Link)),
        background: edit.background_image_url,
    }
}
