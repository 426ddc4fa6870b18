//! `DELETE /api/tweets/comments/<id>/like/` (document 001).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, PathText, Payload};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::like::LikeAnswer;
use crate::reacting::{beside_authors, one_less};

/// Likes a comment no more. Doing it twice is doing it once. Two steps.
#[utoipa::path(delete, path = "/api/tweets/comments/{id}/like", tag = "comments",
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "How it is now", body = LikeAnswer),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "No such comment"),
    ))]
pub async fn comment_unlike(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<LikeAnswer>, ApiError> {
    let (caller, comment) = unconfirmed.with_form(&form).confirm_with(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let removed = state.reactions.unlike_comment(caller.user, comment.id);
    let authors = [comment.author, comment.tweet_author];
    let (seen, changed) = beside_authors(&state, caller.user, authors, removed).await?;
    // How many others there are is not for who is blocked.
    let is_blocked = authors.into_iter().any(|author| seen.hide(author).blocked_by);
    let likes = if is_blocked { 0 } else { comment.likes };
    Ok(Json(LikeAnswer { liked: false, likes: one_less(likes, changed?) }))
}
