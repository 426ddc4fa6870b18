//! `POST` and `DELETE /api/profiles/<id>/mute/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::relation_target::{new_edge_id, relation_target};
use crate::state::ProfilesState;

const ONESELF: &str = "You cannot mute yourself.";

/// The mute after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct MuteResponse {
    /// Has the caller muted this user?
    pub muted: bool,
}

/// Mutes a user: their tweets and notifications are left out of what the caller sees. Three round trips.
#[utoipa::path(post, path = "/api/profiles/{id}/mute", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The caller has muted this user", body = MuteResponse),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn mute(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<MuteResponse>, ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.mute(caller.user, target.profile.id, new_edge_id(&state)?).await?;
    Ok(Json(MuteResponse { muted: true }))
}

/// Unmutes a user. Three round trips.
#[utoipa::path(delete, path = "/api/profiles/{id}/mute", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The caller has not muted this user", body = MuteResponse),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn unmute(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<MuteResponse>, ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.unmute(caller.user, target).await?;
    Ok(Json(MuteResponse { muted: false }))
}
