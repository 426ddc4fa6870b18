//! `DELETE /api/tweets/<id>/` (document 000).

use aviary_auth::Claimed;
use aviary_media::ObjectKey;
use aviary_model::TweetId;
use aviary_web::{ApiError, PathText};
use axum::extract::State;
use http::StatusCode;

use crate::TweetsState;

/// Removes a tweet and its pictures. Two steps. The pictures go first: what dies in between leaves a tweet
/// that can be deleted again, and no picture that nobody can find.
#[utoipa::path(delete, path = "/api/tweets/{id}", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Another's tweet"),
        (status = 404, description = "No such tweet"),
    ))]
pub async fn delete(
    State(state): State<TweetsState>,
    claimed: Claimed,
    PathText(id): PathText,
) -> Result<StatusCode, ApiError> {
    let id: Option<TweetId> = id.parse().ok();
    let read = async {
        match id {
            Some(id) => state.tweets.by_id(id).await,
            None => Ok(None),
        }
    };
    let (caller, tweet) = claimed.confirm_beside(read).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    caller.must_own(tweet.author)?;
    let keys: Vec<ObjectKey> = tweet.media.iter().filter_map(|media| media.key.parse().ok()).collect();
    state.bucket.delete(&keys).await?;
    if state.tweets.delete(tweet.id, tweet.author).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}
