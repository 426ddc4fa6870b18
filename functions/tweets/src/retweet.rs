//! `POST /api/tweets/<id>/retweet/`.

use aviary_auth::Unconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::reacting::{one_more, put};

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetweetAnswer {
    /// Did the caller retweet it?
    pub retweeted: bool,
    /// How many did.
    pub retweets: u64,
}

/// Shows a tweet to the caller's followers. Doing it twice is doing it once. Two steps.
#[utoipa::path(post, path = "/api/tweets/{id}/retweet", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "How it is now", body = RetweetAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Its author blocks the caller"),
        (status = 404, description = "No such tweet"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn retweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<RetweetAnswer>, ApiError> {
    let account = unconfirmed.user().to_string();
    let limiter = &state.limiter;
    let (tweet, changed) =
        put(&state, unconfirmed.with_form(&form), &id, Reaction::Retweet, limiter.count_spread(&account)).await?;
    Ok(Json(RetweetAnswer { retweeted: true, retweets: one_more(tweet.retweets, changed) }))
}
