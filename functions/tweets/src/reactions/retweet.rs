//! `POST` and `DELETE /api/tweets/<id>/retweet/`.

use aviary_auth::Unconfirmed;
use aviary_representation::{one_less, one_more};
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::reactions::reaction_write::{remove_reaction, write_reaction};
use crate::state::TweetsState;

/// The retweets of a tweet after the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetweetResponse {
    /// Has the caller retweeted the tweet?
    pub retweeted: bool,
    /// The number of retweets.
    pub retweets: u64,
}

/// Shows a tweet to the caller's followers. Retweeting it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/tweets/{id}/retweet", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The caller has retweeted the tweet", body = RetweetResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author blocks the caller"),
        (status = 404, description = "Unknown tweet"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn retweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<RetweetResponse>, ApiError> {
    let (tweet, changed) = write_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Retweet).await?;
    Ok(Json(RetweetResponse { retweeted: true, retweets: one_more(tweet.retweets, changed) }))
}

/// Undoes the caller's retweet. Without a retweet nothing changes. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/{id}/retweet", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The caller has not retweeted the tweet; `retweets` is 0 if the author blocks the \
            caller", body = RetweetResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn undo_retweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<RetweetResponse>, ApiError> {
    let (tweet, changed) = remove_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Retweet).await?;
    Ok(Json(RetweetResponse { retweeted: false, retweets: one_less(tweet.retweets, changed) }))
}
