//! `PUT` and `DELETE /api/tweets/comments/<id>/` (document 001).

use aviary_auth::{StaffAct, Unconfirmed};
use aviary_model::CommentId;
use aviary_representation::ShownComment;
use aviary_store::{Comment, PageKeys};
use aviary_web::{ApiError, Client, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::edit_rules::{Attempts, EditContext, EditMessageBody};
use crate::state::TweetsState;

/// Changes the text of a comment. Its author and staff may. Three round trips, one more for staff, and one more for
/// each concurrent edit.
#[utoipa::path(put, path = "/api/tweets/comments/{id}", tag = "comments", request_body = EditMessageBody,
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "The edited comment", body = ShownComment),
        (status = 400, description = "Invalid message, with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's comment, or the author of the tweet or of the answered comment, or \
            a newly mentioned user, blocks the caller"),
        (status = 404, description = "Unknown comment"),
        (status = 409, description = "Other requests are editing the comment"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn edit_comment(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<ShownComment>, ApiError> {
    let id: Option<CommentId> = id.parse().ok();
    let me = unconfirmed.user();
    // Callers usually edit their own comments, so the author's profile is read together with the comment.
    let keys = id.iter().fold(PageKeys::by(Some(me)), |keys, id| keys.comment(*id, me));
    let context = EditContext::read(&state, unconfirmed, &form, &keys).await?;
    let comment = id.and_then(|id| context.page_data.comment(id)).ok_or_else(ApiError::not_found)?;
    context.caller.must_own(comment.author)?;
    let authors_profile = match comment.author == me {
        true => None,
        false => Some(state.page_reads.read(&PageKeys::by(None).person(comment.author)).await?),
    };
    let page_data = authors_profile.as_ref().unwrap_or(&context.page_data);
    let author = page_data.profile(comment.author).ok_or_else(ApiError::not_found)?;
    let text = EditMessageBody::text(&form, false)?;
    let now = state.clock.now();
    let subject = Some(format!("comment:{}", comment.id));
    let act = StaffAct { event: "comment_edited", caller: &context.caller, owner: comment.author, subject };
    let edited = async {
        let (mut comment, mut attempts) = (comment.clone(), Attempts::default());
        loop {
            let mut block_checked = context.newly_mentioned(&comment.message);
            block_checked.extend(comment.concerned());
            // Blocks do not keep staff from correcting a comment.
            block_checked.retain(|_| comment.author == me);
            match attempts.after(state.comments.edit(&comment, &text, &block_checked, now).await?)? {
                None => return Ok::<_, ApiError>(comment),
                Some(stored) => comment = stored,
            }
        }
    };
    let comment = state.audit.with_act(&client, act, edited).await?;
    let comment = Comment { message: text, edited_at: Some(now), ..comment };
    let liked = context.page_data.likes_comment(comment.id);
    Ok(Json(ShownComment::of(&comment, author, liked, state.links(&client))))
}

/// Deletes a comment; the comments that answer it are removed soon after. Its author, the tweet's author and staff may.
/// Three round trips.
#[utoipa::path(delete, path = "/api/tweets/comments/{id}", tag = "comments",
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 204, description = "The comment is deleted"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's comment on another user's tweet"),
        (status = 404, description = "Unknown comment"),
    ))]
pub async fn delete_comment(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<StatusCode, ApiError> {
    let (caller, comment) = unconfirmed.with_form(&form).confirm_with(state.comment(&id)).await?;
    let comment = comment.ok_or_else(ApiError::not_found)?;
    if caller.user != comment.tweet_author {
        caller.must_own(comment.author)?;
    }
    // The author of a tweet deletes its comments as such, and not as staff.
    let owner = if caller.user == comment.tweet_author { caller.user } else { comment.author };
    let subject = Some(format!("comment:{}", comment.id));
    let act = StaffAct { event: "comment_deleted", caller: &caller, owner, subject };
    let deleted = state.comments.delete(&comment, &state.jobs, state.clock.now());
    if state.audit.with_act(&client, act, deleted).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}
