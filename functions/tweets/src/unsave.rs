//! `DELETE /api/tweets/<id>/save/`.

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::reacting::remove;
use crate::save::SaveAnswer;

/// Keeps a tweet no more. Doing it twice is doing it once. Two steps.
#[utoipa::path(delete, path = "/api/tweets/{id}/save", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "How it is now", body = SaveAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn unsave(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<SaveAnswer>, ApiError> {
    remove(&state, unconfirmed.with_form(&form), &id, Reaction::Save).await?;
    Ok(Json(SaveAnswer { saved: false }))
}
