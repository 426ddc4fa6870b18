//! `POST /api/tweets/comments/<id>/like/` (document 001).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::like::LikeAnswer;
use crate::reacting::{beside_authors, one_more};

/// Likes a comment. Doing it twice is doing it once. Two steps.
#[utoipa::path(post, path = "/api/tweets/comments/{id}/like", tag = "comments",
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "How it is now", body = LikeAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Its author, or the tweet's, blocks the caller"),
        (status = 404, description = "No such comment"),
    ))]
pub async fn comment_like(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<LikeAnswer>, ApiError> {
    let (caller, comment) = unconfirmed.with_form(&form).confirm_with(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let written = state.reactions.like_comment(caller.user, &comment, state.clock.now());
    let authors = [comment.author, comment.tweet_author];
    let (_, changed) = beside_authors(&state, caller.user, authors, written).await?;
    Ok(Json(LikeAnswer { liked: true, likes: one_more(comment.likes, changed?) }))
}
