//! `DELETE /api/tweets/<id>/retweet/`.

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::reacting::{one_less, remove};
use crate::retweet::RetweetAnswer;

/// Takes a retweet back. Doing it twice is doing it once. Two steps.
#[utoipa::path(delete, path = "/api/tweets/{id}/retweet", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "How it is now", body = RetweetAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn unretweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<RetweetAnswer>, ApiError> {
    let (tweet, changed) = remove(&state, unconfirmed.with_form(&form), &id, Reaction::Retweet).await?;
    Ok(Json(RetweetAnswer { retweeted: false, retweets: one_less(tweet.retweets, changed) }))
}
