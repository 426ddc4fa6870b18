//! What likes, retweets and saves have in common.

use aviary_auth::{Claimed, MaybeClaimed};
use aviary_model::{EdgeId, TweetId};
use aviary_store::{Reaction, Tweet, WriteError};
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;
use futures_util::future::try_join;

use crate::TweetsState;
use crate::answer::Person;
use crate::screens::Screen;

/// Reacts to the tweet of a path. Answers the tweet as it was read, and whether this request changed something. Two
/// steps.
pub(crate) async fn put(
    state: &TweetsState,
    claimed: Claimed,
    id: &str,
    reaction: Reaction,
) -> Result<(Tweet, bool), ApiError> {
    let (caller, tweet) = claimed.confirm_beside(state.tweet(id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    match state.reactions.put(caller.user, reaction, &tweet, state.clock.now()).await {
        Ok(changed) => Ok((tweet, changed)),
        // A save reaches nobody, who could refuse it; but who can't see a tweet can't keep it either.
        Err(WriteError::Blocked) if reaction == Reaction::Save => Err(ApiError::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Takes a reaction to the tweet of a path back. As [`put`].
pub(crate) async fn remove(
    state: &TweetsState,
    claimed: Claimed,
    id: &str,
    reaction: Reaction,
) -> Result<(Tweet, bool), ApiError> {
    let (caller, tweet) = claimed.confirm_beside(state.tweet(id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let changed = state.reactions.remove(caller.user, reaction, tweet.id).await?;
    Ok((tweet, changed))
}

/// A count as it was read, and one more if this request made one more.
pub(crate) fn one_more(count: u64, changed: bool) -> u64 {
    count.saturating_add(u64::from(changed))
}

/// A count as it was read, and one less if this request took one away.
pub(crate) fn one_less(count: u64, changed: bool) -> u64 {
    count.saturating_sub(u64::from(changed))
}

/// A page of those who reacted to the tweet of a path. Two steps.
pub(crate) async fn people(
    state: &TweetsState,
    client: &Client,
    query: &PageQuery,
    caller: MaybeClaimed,
    id: &str,
    (reaction, word): (Reaction, &str),
) -> Result<Json<Page<Person>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("{word}/{id}");
    let after: Option<EdgeId> = query.place_as(&list)?;
    let read = try_join(state.tweets.by_id(id), state.reactions.of_tweet(reaction, id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_beside(read).await?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    Screen { state, client, query, viewer, list: &list }.people(author, page).await
}
