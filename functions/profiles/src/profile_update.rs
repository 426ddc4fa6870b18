//! `PUT /profile/update?username=` (document 001): changes biography and picture.

use std::convert::Infallible;

use aviary_auth::{AccountCounts, Caller, StaffAct, Unconfirmed};
use aviary_media::{CleanImage, ObjectKey};
use aviary_model::{Bio, NameKey};
use aviary_representation::ShownProfile;
use aviary_store::{Picture, Profile, ProfileChange};
use aviary_web::{ApiError, Client, Fields, File, Form, Params, body, inspect_file};
use axum::Json;
use axum::extract::State;

use crate::apply_change::{apply_change, remove_picture};
use crate::state::ProfilesState;

body! {
    /// The fields to change. An absent field stays as it is.
    pub struct UpdateProfileBody {
        /// At most 400 characters.
        bio: Bio = blankable(Bio::parse),
        /// The profile picture: JPEG, PNG, GIF or WebP, as far as a request holds it.
        image: Vec<(&'static str, File)> = by(File, files),
        /// The same under the name that the document's clients use.
        profile_pic as "profilePic": Vec<(&'static str, File)> = by(File, files),
    }
}

/// The valid fields of a change.
struct Change {
    name: Option<NameKey>,
    bio: Option<Bio>,
    image: Option<CleanImage>,
}

/// Changes biography and picture of the caller, or, for staff, of the named user. Three round trips; five for another
/// user's profile.
#[utoipa::path(put, path = "/profile/update", tag = "profiles",
    params(("username" = Option<String>, Query, description = "The user's username, in any case; by default the caller")),
    request_body(content = UpdateProfileBody, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The changed profile", body = ShownProfile),
        (status = 400, description = "Invalid fields, each with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's profile"),
        (status = 404, description = "Unknown username"),
        (status = 429, description = "Too many bytes of files within a day"),
    ))]
pub async fn update_profile(
    State(state): State<ProfilesState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Params(form): Params,
) -> Result<Json<ShownProfile>, ApiError> {
    let id = unconfirmed.user();
    let unconfirmed = unconfirmed.with_form(&form);
    let counts = |_: &Option<Profile>| AccountCounts::default().uploaded(form.file_bytes());
    let (caller, own) = unconfirmed.confirm_counting(state.profiles.by_id(id), counts).await?;
    let own = own.ok_or_else(ApiError::not_found)?;
    let change = read(&form)?;
    let profile = target(&state, &caller, own, change.name.as_ref()).await?;
    let uploaded = match &change.image {
        Some(image) => Some(upload(&state, &profile, image).await?),
        None => None,
    };
    let picture = uploaded.clone().map(|key| Some(Picture::Object(key.into_string())));
    let change = ProfileChange { bio: change.bio, picture, ..ProfileChange::default() };
    let act = StaffAct { event: "profile_changed", caller: &caller, owner: profile.id, subject: None };
    let changed = state.audit.with_act(&client, act, apply_change(&state, profile.id, change)).await;
    // After a lost response the profile may name the picture, so only a definite refusal removes it.
    if let (Err(error), Some(key)) = (&changed, uploaded)
        && error.status().is_client_error()
    {
        remove_picture(&state, &key).await;
    }
    Ok(Json(ShownProfile::of(&changed?, state.bucket.urls(), &client)))
}

fn read(form: &Form) -> Result<Change, ApiError> {
    let mut fields = Fields::of(form);
    let name = fields
        .blankable("username", |text| Ok::<_, Vec<Infallible>>((!text.trim().is_empty()).then(|| NameKey::of(text))));
    let UpdateProfileBody { bio, image, profile_pic } = UpdateProfileBody::read(&mut fields);
    let files: Vec<_> = image.into_iter().chain(profile_pic).flatten().collect();
    let image = read_image(&mut fields, &files);
    fields.finish(Some(Change { name: name.flatten(), bio, image }))
}

/// The files of a field, each with the field's name.
fn files(fields: &mut Fields<'_>, name: &'static str) -> Option<Vec<(&'static str, File)>> {
    let files = fields.form().files(name);
    if files.is_empty() && fields.form().has_non_file(name) {
        fields.error(name, "The submitted data was not a file. Check the encoding type on the form.");
    }
    Some(files.into_iter().map(|file| (name, file)).collect())
}

/// The picture, under either of its names. Both at once are one too many.
fn read_image(fields: &mut Fields<'_>, files: &[(&'static str, File)]) -> Option<CleanImage> {
    if let Some((name, _)) = files.get(1) {
        fields.error(name, "Ensure this field has no more than 1 elements.");
    }
    let (name, file) = files.first()?;
    inspect_file(file).map_err(|message| fields.error(name, message)).ok()
}

/// The profile to change: the caller's own, or, for staff, the named user's.
async fn target(
    state: &ProfilesState,
    caller: &Caller,
    own: Profile,
    name: Option<&NameKey>,
) -> Result<Profile, ApiError> {
    match name {
        Some(name) if *name != own.username.key() => {
            let other = state.profiles.owner_of(name).await?.ok_or_else(ApiError::not_found)?;
            caller.must_own(other)?;
            state.profiles.by_id(other).await?.ok_or_else(ApiError::not_found)
        }
        _ => Ok(own),
    }
}

async fn upload(state: &ProfilesState, profile: &Profile, image: &CleanImage) -> Result<ObjectKey, ApiError> {
    let random = u128::from_le_bytes(state.entropy.bytes::<16>()?);
    let key = ObjectKey::avatar(profile.id.uuid(), random, image.format);
    state.bucket.put(&key, image).await?;
    Ok(key)
}
