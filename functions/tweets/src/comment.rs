//! `POST /api/tweets/<id>/comments/` (document 001).

use aviary_auth::Unconfirmed;
use aviary_model::{CommentId, TweetId};
use aviary_store::{Comment, IdempotencyClaim, TextContext};
use aviary_web::{ApiError, Client, Form, IdempotencyKey, IdempotentRequest, PathText, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::answer::Links;
use crate::comment_answer::ShownComment;
use crate::message::{mentions, only_message};
use crate::posting::again;
use crate::reacting::beside_authors;

/// A comment to be written.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentBody {
    /// What it says: 1 to 280 characters.
    pub message: String,
}

/// Comments a tweet. Two steps, three with an idempotency key.
#[utoipa::path(post, path = "/api/tweets/{id}/comments", tag = "comments", request_body = CommentBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 201, description = "The comment", body = ShownComment),
        (status = 400, description = "What is wrong with the message"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "The tweet's author, or somebody who is mentioned, blocks the caller"),
        (status = 404, description = "No such tweet"),
        (status = 429, description = "Too many tweets and other things within a minute"),
    ))]
pub async fn comment(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let user = unconfirmed.user();
    let account = user.to_string();
    let names = mentions(&form);
    let tweet = id.parse::<TweetId>().ok();
    let basis = state.tweets.basis(user, tweet, &names);
    let (confirmed, within) = futures_util::join!(
        unconfirmed.with_form(&form).confirm_with(basis),
        state.limiter.count("writes", &account, state.limiter.limits.writes_account),
    );
    let (_, basis) = confirmed?;
    within?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let credentials = &state.authenticator.credentials;
    // The same key on another tweet is another request.
    let operation = format!("comment {tweet}");
    let body = form.digest(&[]);
    let claim = key.claim(credentials, &operation, Some(user), &body, state.clock.now());
    let claim = match claim.await? {
        IdempotentRequest::New(claim) => claim,
        IdempotentRequest::Repeat(answer) => return again(&answer),
    };
    // Judged behind the claim: what was done once is answered again though the tweet is gone.
    let written = write(&state, &client, &basis, &form, claim.as_ref()).await;
    if let (Err(_), Some(claim)) = (&written, &claim) {
        credentials.release_idempotency_key(claim).await?;
    }
    Ok((StatusCode::CREATED, Json(written?)))
}

async fn write(
    state: &TweetsState,
    client: &Client,
    basis: &TextContext,
    form: &Form,
    claim: Option<&IdempotencyClaim>,
) -> Result<Value, ApiError> {
    let (Some(author), Some(tweet)) = (&basis.author, &basis.tweet) else { return Err(ApiError::not_found()) };
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
    let links = Links { bucket: &state.bucket, client };
    let answer = serde_json::to_value(links.comment(&comment, author, false)).map_err(ApiError::internal)?;
    let settled = claim.map(|claim| (claim, &state.authenticator.credentials, answer.to_string()));
    let written = state.comments.create(&comment, &basis.mentioned, settled);
    match beside_authors(state, author.id, [tweet.author], written).await {
        Ok((_, written)) => written.map(|()| answer).map_err(Into::into),
        Err(gone) => {
            state.comments.delete(&comment, &state.jobs, now).await?;
            Err(gone)
        }
    }
}
