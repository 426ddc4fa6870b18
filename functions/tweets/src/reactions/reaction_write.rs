//! Writes and removes the caller's likes, retweets and saves.

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::{PageData, Reaction, ReactionIds, StoreError, Tweet, WriteError};
use aviary_web::ApiError;
use futures_util::future::try_join;

use crate::author_check::with_author_check;
use crate::state::TweetsState;

/// Writes a reaction of the caller to the tweet of a path. Returns the tweet as it was read, and whether the reaction is
/// new. Three round trips.
pub(crate) async fn write_reaction(
    state: &TweetsState,
    unconfirmed: Unconfirmed,
    id: &str,
    reaction: Reaction,
) -> Result<(Tweet, bool), ApiError> {
    let (caller, tweet) = unconfirmed.confirm_with(state.tweet(id)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let changed = add(state, caller.user, &tweet, reaction).await?;
    Ok((tweet, changed))
}

/// Removes a reaction of the caller to the tweet of a path. Returns the tweet as it was read, and whether there was a
/// reaction. Three round trips.
///
/// A caller whom the author blocks can undo their reaction, but sees counts of 0.
pub(crate) async fn remove_reaction(
    state: &TweetsState,
    unconfirmed: Unconfirmed,
    id: &str,
    reaction: Reaction,
) -> Result<(Tweet, bool), ApiError> {
    let held = held(state, unconfirmed.user(), id);
    let (caller, (tweet, held)) = unconfirmed.confirm_with(try_join(state.tweet(id), held)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let (page_data, changed) = take_back(state, caller.user, &tweet, reaction, held).await?;
    Ok(match page_data.visibility(tweet.author).blocked_by {
        true => (Tweet { likes: 0, retweets: 0, ..tweet }, changed),
        false => (tweet, changed),
    })
}

/// Writes a reaction of the caller to the tweet of a path if there is none, and removes it if there is one. Returns
/// whether there is one now. Three round trips.
pub(crate) async fn toggle_reaction(
    state: &TweetsState,
    unconfirmed: Unconfirmed,
    id: &str,
    reaction: Reaction,
) -> Result<bool, ApiError> {
    let held = held(state, unconfirmed.user(), id);
    let (caller, (tweet, held)) = unconfirmed.confirm_with(try_join(state.tweet(id), held)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    if reaction.is_in(held) {
        take_back(state, caller.user, &tweet, reaction, held).await?;
        Ok(false)
    } else {
        add(state, caller.user, &tweet, reaction).await?;
        Ok(true)
    }
}

/// What the user did to the tweet of a path. One round trip; none for a text that is not an id.
async fn held(state: &TweetsState, user: UserId, id: &str) -> Result<ReactionIds, StoreError> {
    match id.parse() {
        Ok(tweet) => state.reactions.by(user, tweet).await,
        Err(_) => Ok(ReactionIds::default()),
    }
}

/// Adds a reaction. False if there was one. One round trip.
async fn add(state: &TweetsState, user: UserId, tweet: &Tweet, reaction: Reaction) -> Result<bool, ApiError> {
    let write = state.reactions.put(user, reaction, tweet, state.clock.now());
    match with_author_check(state, user, [tweet.author], write).await?.1 {
        Ok(changed) => Ok(changed),
        // Saving notifies nobody, so a block is not an error; but the author's tweets do not exist for the caller.
        Err(WriteError::Blocked) if reaction == Reaction::Save => Err(ApiError::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Removes a reaction. False if there was none. One round trip.
async fn take_back(
    state: &TweetsState,
    user: UserId,
    tweet: &Tweet,
    reaction: Reaction,
    held: ReactionIds,
) -> Result<(PageData, bool), ApiError> {
    let removal = state.reactions.remove(user, reaction, tweet.id, held);
    let (page_data, changed) = with_author_check(state, user, [tweet.author], removal).await?;
    Ok((page_data, changed?))
}
