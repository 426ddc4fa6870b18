//! `DELETE /api/tweets/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::TweetsState;

/// Removes a tweet; what hangs on it, such as its pictures, follows. Staff may too. Two steps.
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
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, tweet) = unconfirmed.with_form(&form).confirm_with(state.tweet(&id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    caller.must_own(tweet.author)?;
    if state.tweets.delete(&tweet, &state.jobs, state.clock.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}
