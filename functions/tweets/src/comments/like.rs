//! `POST` and `DELETE /api/tweets/comments/<id>/like/` (document 001).

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_representation::{one_less, one_more};
use aviary_store::{Comment, PageData};
use aviary_web::{ApiError, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;

use crate::author_check::with_author_check;
use crate::reactions::like::LikeResponse;
use crate::state::TweetsState;

/// Likes a comment. Liking it again changes nothing. Three round trips.
#[utoipa::path(post, path = "/api/tweets/comments/{id}/like", tag = "comments",
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "The caller likes the comment", body = LikeResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The author of the comment or of the tweet blocks the caller"),
        (status = 404, description = "Unknown comment"),
    ))]
pub async fn like_comment(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<LikeResponse>, ApiError> {
    let (caller, comment) = unconfirmed.with_form(&form).confirm_with(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let changed = add_like(&state, caller.user, &comment).await?;
    Ok(Json(LikeResponse { liked: true, likes: one_more(comment.likes, changed) }))
}

/// Adds a like of a comment. False if there was one. One round trip.
pub(crate) async fn add_like(state: &TweetsState, user: UserId, comment: &Comment) -> Result<bool, ApiError> {
    let write = state.reactions.like_comment(user, comment, state.clock.now());
    let authors = [comment.author, comment.tweet_author];
    let (_, changed) = with_author_check(state, user, authors, write).await?;
    Ok(changed?)
}

/// Removes the caller's like of a comment. Without a like nothing changes. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/comments/{id}/like", tag = "comments",
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "The caller does not like the comment; `likes` is 0 if the author of the comment \
            or of the tweet blocks the caller", body = LikeResponse),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown comment"),
    ))]
pub async fn unlike_comment(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<Json<LikeResponse>, ApiError> {
    let (caller, comment) = unconfirmed.with_form(&form).confirm_with(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    let (page_data, changed) = remove_like(&state, caller.user, &comment).await?;
    // A blocked caller can remove the like but does not learn the number of likes.
    let authors = [comment.author, comment.tweet_author];
    let is_blocked = authors.into_iter().any(|author| page_data.visibility(author).blocked_by);
    let likes = if is_blocked { 0 } else { comment.likes };
    Ok(Json(LikeResponse { liked: false, likes: one_less(likes, changed) }))
}

/// Removes a like of a comment. False if there was none. One round trip.
pub(crate) async fn remove_like(
    state: &TweetsState,
    user: UserId,
    comment: &Comment,
) -> Result<(PageData, bool), ApiError> {
    let removal = state.reactions.unlike_comment(user, comment.id);
    let authors = [comment.author, comment.tweet_author];
    let (page_data, changed) = with_author_check(state, user, authors, removal).await?;
    Ok((page_data, changed?))
}
