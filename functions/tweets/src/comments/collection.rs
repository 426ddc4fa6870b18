//! `GET` and `POST /api/tweets/<id>/comments/` (document 001).

use aviary_auth::{MaybeUnconfirmed, Unconfirmed};
use aviary_model::{CommentId, TweetId, UserId};
use aviary_representation::ShownComment;
use aviary_store::{Comment, IdempotencyClaim, PageKeys, TextContext, Tweet};
use aviary_web::{ApiError, Client, Form, IdempotencyKey, IdempotentRequest, Page, PageQuery, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::author_check::with_author_check;
use crate::lists::list_page::require_visible;
use crate::message::{mentions, only_message};
use crate::response::repeat_response;
use crate::state::TweetsState;

/// The comments of a tweet, oldest first. Two round trips.
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
    let read = try_join(state.tweets.by_id(id), state.comments.of_tweet(id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_with(read).await?;
    let shown = visible_comments(&state, &client, viewer, tweet, &page.entries).await?;
    Ok(Json(query.page(&list, shown, page.next)))
}

/// Those of a tweet's comments that the viewer may see. One round trip.
///
/// # Errors
/// 404 if the tweet is gone or its author blocks the viewer.
pub(crate) async fn visible_comments(
    state: &TweetsState,
    client: &Client,
    viewer: Option<UserId>,
    tweet: Option<Tweet>,
    comments: &[(CommentId, UserId)],
) -> Result<Vec<ShownComment>, ApiError> {
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let keys = PageKeys::by(viewer).person(tweet.author);
    let keys = comments.iter().fold(keys, |keys, (id, author)| keys.comment(*id, *author));
    let page_data = state.page_reads.read(&keys).await?;
    require_visible(&page_data, tweet.author)?;
    let links = state.links(client);
    let shown = comments.iter().filter(|(_, author)| !page_data.visibility(*author).is_block());
    Ok(shown.filter_map(|(id, _)| ShownComment::from_page(*id, &page_data, links)).collect())
}

/// A new comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreateCommentBody {
    /// 1 to 280 characters.
    pub message: String,
}

/// Comments on a tweet. Three round trips, four with an idempotency key.
#[utoipa::path(post, path = "/api/tweets/{id}/comments", tag = "comments", request_body = CreateCommentBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 201, description = "The new comment", body = ShownComment),
        (status = 400, description = "Invalid message, with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author, or a mentioned user, blocks the caller"),
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
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let user = unconfirmed.user();
    let mentions = mentions(&form);
    let tweet = id.parse::<TweetId>().ok();
    let context = state.tweets.text_context(user, tweet, &mentions);
    let (_, context) = unconfirmed.with_form(&form).confirm_with(context).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let credentials = &state.authenticator.credentials;
    // The same key on another tweet is another request.
    let operation = format!("comment {tweet}");
    let body = form.digest(&[]);
    let claim = key.claim(credentials, &operation, Some(user), &body, state.clock.now());
    let claim = match claim.await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(response) => return repeat_response(&response),
    };
    // Checked after the claim, so that a repeated request gets the first response even if the tweet is gone.
    let written = write(&state, &client, &context, &form, claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&written, &claim) {
        credentials.release_idempotency_key(claim).await?;
    }
    Ok((StatusCode::CREATED, Json(written?)))
}

async fn write(
    state: &TweetsState,
    client: &Client,
    context: &TextContext,
    form: &Form,
    claim: Option<&IdempotencyClaim>,
) -> Result<Value, ApiError> {
    let (Some(author), Some(tweet)) = (&context.author, &context.tweet) else { return Err(ApiError::not_found()) };
    let message = only_message(form)?;
    let now = state.clock.now();
    let comment = Comment {
        id: CommentId::new(now, state.entropy.as_ref())?,
        author: author.id,
        tweet: tweet.id,
        tweet_author: tweet.author,
        message,
        likes: 0,
        created_at: now,
        edited_at: None,
    };
    let response = ShownComment::of(&comment, author, false, state.links(client));
    let response = serde_json::to_value(response).map_err(ApiError::internal)?;
    let result = claim.map(|claim| (claim, &state.authenticator.credentials, response.to_string()));
    let write = state.comments.create(&comment, &context.mentioned, result);
    match with_author_check(state, author.id, [tweet.author], write).await {
        Ok((_, written)) => written.map(|()| response).map_err(Into::into),
        Err(gone) => {
            state.comments.delete(&comment, &state.jobs, now).await?;
            Err(gone)
        }
    }
}
