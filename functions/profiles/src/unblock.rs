//! `DELETE /api/profiles/<id>/block/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::block::{BlockAnswer, ONESELF};
use crate::relating::between;

/// The caller does not block this user any more; the follows stay ended. Two steps.
#[utoipa::path(delete, path = "/api/profiles/{id}/block", tag = "profiles",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "It is so", body = BlockAnswer),
        (status = 400, description = "The caller's own id"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id"),
    ))]
pub async fn unblock(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<BlockAnswer>, ApiError> {
    let (caller, between) = between(&state, unconfirmed, &form, &id, ONESELF).await?;
    state.relations.unblock(caller.user, between).await?;
    Ok(Json(BlockAnswer { blocked: false }))
}
