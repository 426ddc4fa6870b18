//! `DELETE /api/tweets/comments/<id>/` (document 001).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::TweetsState;

/// Removes a comment; its author may, the tweet's, and staff. Two steps.
#[utoipa::path(delete, path = "/api/tweets/comments/{id}", tag = "comments",
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Another's comment on another's tweet"),
        (status = 404, description = "No such comment"),
    ))]
pub async fn comment_delete(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let (caller, comment) = unconfirmed.with_form(&form).confirm_with(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    if caller.user != comment.tweet_author {
        caller.must_own(comment.author)?;
    }
    if state.comments.delete(&comment, &state.jobs, state.clock.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}
