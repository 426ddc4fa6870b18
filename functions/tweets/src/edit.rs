//! `PUT /api/tweets/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::{TweetId, TweetText};
use aviary_store::{Edited, PageKeys, Tweet};
use aviary_web::{ApiError, Client, Fields, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use serde::Serialize;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::answer::{Links, Marks, ShownTweet};
use crate::message::{mentions, message};
use crate::rewriting::{MAX_ROUNDS, conflict, newly_mentioned};

/// The new text of a tweet or a comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditBody {
    /// What it says: at most 280 characters; may be empty beside media.
    pub message: String,
}

/// Changes what a tweet says; only its author may, staff may not. Two steps, one more for each edit by the same
/// author in that very moment.
#[utoipa::path(put, path = "/api/tweets/{id}", tag = "tweets", request_body = EditBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet", body = ShownTweet),
        (status = 400, description = "What is wrong with the message"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Another's tweet, or somebody whom it answers or now mentions blocks the caller"),
        (status = 404, description = "No such tweet"),
        (status = 409, description = "Other requests are editing it"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn edit(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<ShownTweet>, ApiError> {
    let id: Option<TweetId> = id.parse().ok();
    let me = unconfirmed.user();
    let names = mentions(&form);
    // Only what is the caller's is edited, so the author is known before the tweet is.
    let wanted = id.iter().fold(PageKeys::by(Some(me)), |wanted, id| wanted.tweet(*id, me));
    let read = try_join(state.page_reads.read(&wanted), state.tweets.owners_of(&names));
    let account = me.to_string();
    let confirmed = unconfirmed.with_form(&form).confirm_with(read);
    let (confirmed, within) = futures_util::join!(confirmed, state.limiter.count_spread(&account));
    let (caller, (seen, owners)) = confirmed?;
    within?;
    let tweet = id.and_then(|id| seen.tweet(id)).ok_or_else(ApiError::not_found)?;
    if tweet.author != caller.user {
        return Err(ApiError::permission_denied());
    }
    let author = seen.profile(me).ok_or_else(ApiError::not_found)?;
    let text = read_message(&form, tweet)?;
    let now = state.clock.now();
    let mut tweet = tweet.clone();
    for _ in 0..MAX_ROUNDS {
        let mut reached = newly_mentioned(&owners, &tweet.message);
        reached.extend(tweet.in_reply_to.map(|parent| parent.author));
        match state.tweets.edit(&tweet, &text, &reached, now).await? {
            Edited::Done => {
                let tweet = Tweet { message: text, edited_at: Some(now), ..tweet };
                let links = Links { bucket: &state.bucket, client: &client };
                return Ok(Json(links.tweet(&tweet, author, Marks::of(tweet.id, &seen))));
            }
            Edited::Changed(meanwhile) => tweet = *meanwhile,
            Edited::Gone => return Err(ApiError::not_found()),
        }
    }
    Err(conflict())
}

fn read_message(form: &aviary_web::Form, tweet: &Tweet) -> Result<TweetText, ApiError> {
    let mut fields = Fields::of(form);
    // A blank message is one beside media; none at all is none.
    let may_be_blank = !tweet.media.is_empty() && form.get("message").is_some();
    let text = message(&mut fields, may_be_blank);
    fields.finish(text)
}
