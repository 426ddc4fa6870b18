//! `DELETE /api/profiles/<id>/mute/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::mute::{MuteAnswer, ONESELF};
use crate::relating::between;

/// The caller does not mute this user any more. Two steps.
#[utoipa::path(delete, path = "/api/profiles/{id}/mute", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "It is so", body = MuteAnswer),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id"),
    ))]
pub async fn unmute(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<MuteAnswer>, ApiError> {
    let (caller, between) = between(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.unmute(caller.user, between).await?;
    Ok(Json(MuteAnswer { muted: false }))
}
