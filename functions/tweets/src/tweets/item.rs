//! `GET`, `PUT` and `DELETE /api/tweets/<id>/` (document 000).

use aviary_auth::{MaybeUnconfirmed, StaffAct, Unconfirmed};
use aviary_model::{TweetId, UserId};
use aviary_representation::{OwnReactions, ShownTweet};
use aviary_store::{PageKeys, Tweet};
use aviary_web::{ApiError, Client, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::edit_rules::{Attempts, EditContext, EditMessageBody};
use crate::lists::list_page::require_visible;
use crate::state::TweetsState;

/// A tweet with its author. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/api/tweets/{id}", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet", body = ShownTweet),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn show_tweet(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
) -> Result<Json<ShownTweet>, ApiError> {
    let (viewer, tweet) = caller.confirm_with(state.tweet(&id)).await?;
    visible_tweet(&state, &client, viewer, tweet).await.map(Json)
}

/// A tweet with its author, as the viewer sees it. One round trip.
///
/// # Errors
/// 404 if the tweet is gone or its author blocks the viewer.
pub(crate) async fn visible_tweet(
    state: &TweetsState,
    client: &Client,
    viewer: Option<UserId>,
    tweet: Option<Tweet>,
) -> Result<ShownTweet, ApiError> {
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let keys = PageKeys::by(viewer).reactions(tweet.id).person(tweet.author);
    let page_data = state.page_reads.read(&keys).await?;
    require_visible(&page_data, tweet.author)?;
    // The tweets of a deleted account are hidden because its profile is gone.
    let author = page_data.profile(tweet.author).ok_or_else(ApiError::not_found)?;
    Ok(ShownTweet::of(&tweet, author, OwnReactions::of(tweet.id, &page_data), state.links(client)))
}

/// Changes the text of a tweet. Only its author may; staff may not. Three round trips, and one more for each concurrent
/// edit.
#[utoipa::path(put, path = "/api/tweets/{id}", tag = "tweets", request_body = EditMessageBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The edited tweet", body = ShownTweet),
        (status = 400, description = "Invalid message, with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's tweet, or the author of the answered tweet or a newly mentioned \
            user blocks the caller"),
        (status = 404, description = "Unknown tweet"),
        (status = 409, description = "Other requests are editing the tweet"),
        (status = 429, description = "Too many follows, blocks, mutes, retweets and edits within a minute"),
    ))]
pub async fn edit_tweet(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<Json<ShownTweet>, ApiError> {
    let id: Option<TweetId> = id.parse().ok();
    let me = unconfirmed.user();
    // Callers edit only their own tweets, so the author's profile can be read together with the tweet.
    let keys = id.iter().fold(PageKeys::by(Some(me)), |keys, id| keys.tweet(*id, me));
    let context = EditContext::read(&state, unconfirmed, &form, &keys).await?;
    let page_data = &context.page_data;
    let tweet = id.and_then(|id| page_data.tweet(id)).ok_or_else(ApiError::not_found)?;
    if tweet.author != context.caller.user {
        return Err(ApiError::permission_denied());
    }
    let author = page_data.profile(me).ok_or_else(ApiError::not_found)?;
    let text = EditMessageBody::text(&form, tweet.has_media())?;
    let now = state.clock.now();
    let (mut tweet, mut attempts) = (tweet.clone(), Attempts::default());
    loop {
        let mut block_checked = context.newly_mentioned(&tweet.message);
        block_checked.extend(tweet.in_reply_to.map(|parent| parent.author));
        match attempts.after(state.tweets.edit(&tweet, &text, &block_checked, now).await?)? {
            None => break,
            Some(stored) => tweet = stored,
        }
    }
    let tweet = Tweet { message: text, edited_at: Some(now), ..tweet };
    Ok(Json(ShownTweet::of(&tweet, author, OwnReactions::of(tweet.id, page_data), state.links(&client))))
}

/// Deletes a tweet. Its pictures, comments and reactions are removed soon after. Staff may too. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/{id}", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 204, description = "The tweet is deleted"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's tweet"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn delete_tweet(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<StatusCode, ApiError> {
    let (caller, tweet) = unconfirmed.with_form(&form).confirm_with(state.tweet(&id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    caller.must_own(tweet.author)?;
    let subject = Some(format!("tweet:{}", tweet.id));
    let act = StaffAct { event: "tweet_deleted", caller: &caller, owner: tweet.author, subject };
    let deleted = state.tweets.delete(&tweet, &state.jobs, state.clock.now());
    if state.audit.with_act(&client, act, deleted).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}
