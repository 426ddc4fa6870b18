//! `DELETE /api/tweets/<id>/like/`.

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::like::LikeAnswer;
use crate::reacting::{one_less, remove};

/// Likes a tweet no more. Doing it twice is doing it once. Two steps.
#[utoipa::path(delete, path = "/api/tweets/{id}/like", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "How it is now", body = LikeAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn unlike(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<LikeAnswer>, ApiError> {
    let (tweet, changed) = remove(&state, unconfirmed.with_form(&form), &id, Reaction::Like).await?;
    Ok(Json(LikeAnswer { liked: false, likes: one_less(tweet.likes, changed) }))
}
