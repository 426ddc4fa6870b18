//! `GET /api/tweets/<id>/` (document 000).

use aviary_model::TweetId;
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::ShownTweet;

/// A tweet with its author. Two steps; no credential is needed.
#[utoipa::path(get, path = "/api/tweets/{id}", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet", body = ShownTweet),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn show(
    State(state): State<TweetsState>,
    client: Client,
    PathText(id): PathText,
) -> Result<Json<ShownTweet>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let tweet = state.tweets.by_id(id).await?.ok_or_else(ApiError::not_found)?;
    // What a deleted account wrote is hidden with its profile.
    let author = state.profiles.by_id(tweet.author).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(ShownTweet::of(&tweet, &author, &state.bucket, &client)))
}
