//! `GET /profile?username=` (document 001).

use std::convert::Infallible;

use aviary_model::{NameKey, UserId};
use aviary_representation::ShownProfile;
use aviary_web::{ApiError, Client, Fields, Params};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::ProfilesState;

/// A profile, wrapped as document 001 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileResponse {
    /// The user's id.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    pub id: UserId,
    /// The user's profile.
    pub profile: ShownProfile,
}

/// The profile of a user by their username, in any case. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/profile", tag = "profiles",
    params(("username" = String, Query, description = "The user's username, in any case")),
    responses(
        (status = 200, description = "The profile", body = ProfileResponse),
        (status = 400, description = "Missing or blank `username`"),
        (status = 404, description = "Unknown username"),
    ))]
pub async fn show_profile(
    State(state): State<ProfilesState>,
    client: Client,
    Params(form): Params,
) -> Result<Json<ProfileResponse>, ApiError> {
    let mut fields = Fields::of(&form);
    let name = fields.required("username", |text| Ok::<_, Vec<Infallible>>(NameKey::of(text)));
    let name = fields.finish(name)?;
    let profile = state.profiles.by_name(&name).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(ProfileResponse { id: profile.id, profile: ShownProfile::of(&profile, state.bucket.urls(), &client) }))
}
