//! `DELETE /api/tweets/comments/<id>/like/` (document 001).

use aviary_auth::Claimed;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::like::LikeAnswer;
use crate::reacting::one_less;

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
    claimed: Claimed,
    PathText(id): PathText,
) -> Result<Json<LikeAnswer>, ApiError> {
    let (caller, comment) = claimed.confirm_beside(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let changed = state.reactions.unlike_comment(caller.user, comment.id).await?;
    Ok(Json(LikeAnswer { liked: false, likes: one_less(comment.likes, changed) }))
}
