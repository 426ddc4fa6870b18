//! `GET` and `POST /api/tweets/<id>/comments/` (document 001).

use std::future::ready;

use aviary_auth::{MaybeUnconfirmed, Unconfirmed};
use aviary_model::{CommentId, TweetId, TweetText};
use aviary_representation::{ShownComment, one_more};
use aviary_store::{AnswerTo, Comment, IdempotencyClaim, Order, PageKeys, TextContext};
use aviary_telemetry::join_chains;
use aviary_web::{
    ApiError, Client, Fields, Form, IdempotencyKey, IdempotentRequest, Page, PageQuery, PathText, Payload, body,
};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::author_check::with_author_check;
use crate::comments::comments_page::{CommentsPage, comment_ids};
use crate::in_reply_to::{in_reply_to, no_object};
use crate::message::{mentions, message};
use crate::state::TweetsState;

/// The comments of a tweet, oldest first, those that answer others among them. Two round trips.
#[utoipa::path(get, path = "/api/tweets/{id}/comments", tag = "comments",
    params(("id" = String, Path, description = "The tweet's id"), PageQuery),
    responses(
        (status = 200, description = "A page of comments", body = Page<ShownComment>),
        (status = 404, description = "Unknown tweet, its author blocks the caller, or invalid cursor"),
    ))]
pub async fn list_comments(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownComment>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("comments/{id}");
    let after: Option<CommentId> = query.position_as(&list)?;
    let read = comment_ids(&state, id, Order::OldestFirst, after, query.limit());
    let (viewer, ids) = caller.confirm_with(read).await?;
    let page = CommentsPage::read(&state, PageKeys::by(viewer), ids).await?;
    let shown = page.shown(&state, &client);
    Ok(Json(query.page(&list, shown, page.next)))
}

body! {
    /// A new comment.
    pub struct CreateCommentBody(tweet: TweetId, found: Option<&Comment>) {
        /// 1 to 280 characters.
        message: TweetText = required_by(String, |fields, name| message(fields, name, false)),
        /// The id of the comment that this one answers. It belongs to the same tweet, and answers none itself.
        in_reply_to: AnswerTo = by(String, |fields, name| answered(fields, name, tweet, found)),
    }
}

/// Comments on a tweet, or answers a comment on it. Three round trips, four with an idempotency key.
#[utoipa::path(post, path = "/api/tweets/{id}/comments", tag = "comments", request_body = CreateCommentBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 201, description = "The new comment", body = ShownComment),
        (status = 400, description = "Invalid fields, each with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The author of the tweet or of the answered comment, or a mentioned user, blocks \
            the caller"),
        (status = 404, description = "Unknown tweet"),
        (status = 429, description = "Too many tweets, comments and other creations within a minute"),
    ))]
pub async fn create_comment(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<ShownComment>), ApiError> {
    let new = NewComment { state: &state, client: &client, key: &key, form: &form, operation: "comment" };
    let (comment, ()) = new.create(unconfirmed, &id, ready(Ok(()))).await?;
    Ok((StatusCode::CREATED, Json(comment.shown)))
}

/// A request to comment on a tweet.
pub(crate) struct NewComment<'a> {
    pub(crate) state: &'a TweetsState,
    pub(crate) client: &'a Client,
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) form: &'a Form,
    /// The operation of the idempotency key. Routes with different answers have different ones.
    pub(crate) operation: &'static str,
}

/// A comment that was made, as its idempotency key keeps it. What a route shows beside it is read anew, because it may
/// be a hundred times as much.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MadeComment {
    /// The comment.
    #[serde(flatten)]
    pub(crate) shown: ShownComment,
    /// The number of the tweet's comments with this one.
    #[serde(default)]
    pub(crate) of_tweet: u64,
}

impl NewComment<'_> {
    /// Comments on the tweet with this id, or finds the comment that the same request made before. Returns it with what
    /// was read beside the checks. Three round trips, four with an idempotency key.
    pub(crate) async fn create<T>(
        self,
        unconfirmed: Unconfirmed,
        id: &str,
        beside: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<(MadeComment, T), ApiError> {
        let Self { state, form, .. } = self;
        let user = unconfirmed.user();
        let (mentions, counts) = mentions(form);
        let tweet = id.parse::<TweetId>().ok();
        let context = state.tweets.text_context(user, (tweet, answered_by(form)), &mentions);
        let (confirmed, beside) =
            join_chains(unconfirmed.with_form(form).confirm_counting(context, |_| counts), beside).await;
        let (_, context) = confirmed?;
        let tweet = tweet.ok_or_else(ApiError::not_found)?;
        let credentials = &state.authenticator.credentials;
        // The same key on another tweet is another request.
        let operation = format!("{} {tweet}", self.operation);
        let body = || form.digest(&[]);
        let claim = self.key.claim(credentials, &operation, Some(user), body, state.clock.now());
        let claim = match claim.await? {
            IdempotentRequest::New(claim) => claim,
            IdempotentRequest::Repeat(made) => {
                return Ok((serde_json::from_str(&made).map_err(ApiError::internal)?, beside?));
            }
        };
        // Checked after the claim, so that a repeated request gets the first response even if the tweet is gone.
        let written = match beside {
            Ok(beside) => self.write(&context, claim.as_ref()).await.map(|made| (made, beside)),
            Err(error) => Err(error),
        };
        if let (Err(_), Some(claim)) = (&written, &claim) {
            credentials.release_idempotency_key(claim).await?;
        }
        written
    }

    async fn write(&self, context: &TextContext, claim: Option<&IdempotencyClaim>) -> Result<MadeComment, ApiError> {
        let Self { state, client, form, .. } = *self;
        let (Some(author), Some(tweet)) = (&context.author, &context.tweet) else { return Err(ApiError::not_found()) };
        let (message, in_reply_to) = read(form, tweet.id, context.comment.as_ref())?;
        let now = state.clock.now();
        let comment = Comment {
            id: CommentId::new(now, state.entropy.as_ref())?,
            author: author.id,
            tweet: tweet.id,
            tweet_author: tweet.author,
            in_reply_to,
            message,
            likes: 0,
            comments: 0,
            created_at: now,
            edited_at: None,
        };
        let shown = ShownComment::of(&comment, author, false, state.links(client));
        let made = MadeComment { shown, of_tweet: one_more(tweet.comments, true) };
        let kept = serde_json::to_string(&made).map_err(ApiError::internal)?;
        let result = claim.map(|claim| (claim, &state.authenticator.credentials, kept));
        let write = state.comments.create(&comment, &context.mentioned, result);
        let authors = [tweet.author].into_iter().chain(comment.in_reply_to.map(|parent| parent.author));
        match with_author_check(state, author.id, authors, write).await {
            Ok((_, written)) => written.map(|()| made).map_err(Into::into),
            Err(gone) => {
                state.comments.delete(&comment, &state.jobs, now).await?;
                Err(gone)
            }
        }
    }
}

/// The comment that the form answers; `None` if the field is absent or invalid.
fn answered_by(form: &Form) -> Option<CommentId> {
    in_reply_to(form, "comment").ok()??.parse().ok()
}

/// Reads the form of a comment on this tweet. `found` is the comment that it names in `in_reply_to`, if it exists.
fn read(form: &Form, tweet: TweetId, found: Option<&Comment>) -> Result<(TweetText, Option<AnswerTo>), ApiError> {
    let mut fields = Fields::of(form);
    let CreateCommentBody { message, in_reply_to } = CreateCommentBody::read(&mut fields, tweet, found);
    fields.finish(message.map(|message| (message, in_reply_to)))
}

/// The comment that the field names; `None` if it is absent, or if there is no such comment to answer.
fn answered(fields: &mut Fields<'_>, name: &str, tweet: TweetId, found: Option<&Comment>) -> Option<AnswerTo> {
    match in_reply_to(fields.form(), "comment") {
        Ok(None) => None,
        Ok(Some(id)) => match found.filter(|comment| comment.tweet == tweet) {
            None => {
                fields.error(name, no_object(&id));
                None
            }
            Some(comment) if comment.in_reply_to.is_some() => {
                fields.error(name, "A comment that answers another one cannot be answered.");
                None
            }
            Some(comment) => Some(AnswerTo { comment: comment.id, author: comment.author }),
        },
        Err(wrong) => {
            fields.error(name, wrong);
            None
        }
    }
}
