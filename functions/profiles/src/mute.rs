//! `POST /api/profiles/<id>/mute/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ProfilesState;
use crate::relating::{counted_between, edge};

pub(crate) const ONESELF: &str = "You cannot mute yourself.";

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MuteAnswer {
    /// Has the caller muted this user?
    pub muted: bool,
}

/// The caller mutes this user, who is left out of its timelines and notifications. Two steps.
#[utoipa::path(post, path = "/api/profiles/{id}/mute", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "It is so", body = MuteAnswer),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn mute(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<MuteAnswer>, ApiError> {
    let (caller, between) = counted_between(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.mute(caller.user, between.profile.id, edge(&state)?).await?;
    Ok(Json(MuteAnswer { muted: true }))
}
