//! `PUT /api/tweets/comments/<id>/` (document 001).

use aviary_auth::Unconfirmed;
use aviary_model::CommentId;
use aviary_store::{Comment, Edited, PageKeys};
use aviary_web::{ApiError, Client, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::TweetsState;
use crate::answer::Links;
use crate::comment_answer::ShownComment;
use crate::edit::EditBody;
use crate::message::{mentions, only_message};
use crate::rewriting::{MAX_ROUNDS, conflict, newly_mentioned};

/// Changes what a comment says; its author may, and staff. Two steps, one more for each edit in that very moment, and
/// for staff.
#[utoipa::path(put, path = "/api/tweets/comments/{id}", tag = "comments", request_body = EditBody,
    params(("id" = String, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "The comment", body = ShownComment),
        (status = 400, description = "What is wrong with the message"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Another's comment, or the tweet's author or somebody now mentioned blocks the caller"),
        (status = 404, description = "No such comment"),
        (status = 409, description = "Other requests are editing it"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn comment_edit(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<ShownComment>, ApiError> {
    let id: Option<CommentId> = id.parse().ok();
    let me = unconfirmed.user();
    let names = mentions(&form);
    // Only what is the caller's is edited, so the author is known before the comment is.
    let wanted = id.iter().fold(PageKeys::by(Some(me)), |wanted, id| wanted.comment(*id, me));
    let read = try_join(state.page_reads.read(&wanted), state.tweets.owners_of(&names));
    let account = me.to_string();
    let confirmed = unconfirmed.with_form(&form).confirm_with(read);
    let (confirmed, within) = futures_util::join!(confirmed, state.limiter.count_spread(&account));
    let (caller, (seen, owners)) = confirmed?;
    within?;
    let comment = id.and_then(|id| seen.comment(id)).ok_or_else(ApiError::not_found)?;
    caller.must_own(comment.author)?;
    let mut comment = comment.clone();
    let seen = match comment.author == me {
        true => seen,
        false => seen.and(state.page_reads.read(&PageKeys::by(None).person(comment.author)).await?),
    };
    let author = seen.profile(comment.author).ok_or_else(ApiError::not_found)?;
    let text = only_message(&form)?;
    let now = state.clock.now();
    for _ in 0..MAX_ROUNDS {
        let mut reached = newly_mentioned(&owners, &comment.message);
        reached.push(comment.tweet_author);
        // Whom a comment's author may not reach, staff may: they mend what should not stand there.
        reached.retain(|_| comment.author == me);
        match state.comments.edit(&comment, &text, &reached, now).await? {
            Edited::Done => {
                let comment = Comment { message: text, edited_at: Some(now), ..comment };
                let links = Links { bucket: &state.bucket, client: &client };
                return Ok(Json(links.comment(&comment, author, seen.likes_comment(comment.id))));
            }
            Edited::Changed(meanwhile) => comment = *meanwhile,
            Edited::Gone => return Err(ApiError::not_found()),
        }
    }
    Err(conflict())
}
