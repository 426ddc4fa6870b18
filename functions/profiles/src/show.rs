//! `GET /profile?username=` (document 001).

use std::convert::Infallible;

use aviary_model::NameKey;
use aviary_web::{ApiError, Client, Fields, Params};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ProfilesState;
use crate::answer::ShownProfile;

/// Document 001 wraps the profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShowAnswer {
    /// The profile.
    pub profile: ShownProfile,
}

/// A profile by its username, in any case. Two steps; no credential is needed.
#[utoipa::path(get, path = "/profile", tag = "profiles",
    params(("username" = String, Query, description = "Whose profile")),
    responses(
        (status = 200, description = "The profile", body = ShowAnswer),
        (status = 400, description = "No username"),
        (status = 404, description = "Nobody has this name"),
    ))]
pub async fn show(
    State(state): State<ProfilesState>,
    client: Client,
    Params(form): Params,
) -> Result<Json<ShowAnswer>, ApiError> {
    let mut fields = Fields::of(&form);
    let name = fields.required("username", |text| Ok::<_, Vec<Infallible>>(NameKey::of(text)));
    let name = fields.finish(name)?;
    let profile = state.profiles.by_name(&name).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(ShowAnswer { profile: ShownProfile::of(&profile, &state.bucket, &client) }))
}
