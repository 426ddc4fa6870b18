//! Writes and removes the caller's likes, retweets and saves.

use aviary_auth::Unconfirmed;
use aviary_store::{Reaction, ReactionIds, Tweet, WriteError};
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
    let write = state.reactions.put(caller.user, reaction, &tweet, state.clock.now());
    match with_author_check(state, caller.user, [tweet.author], write).await?.1 {
        Ok(changed) => Ok((tweet, changed)),
        // Saving notifies nobody, so a block is not an error; but the author's tweets do not exist for the caller.
        Err(WriteError::Blocked) if reaction == Reaction::Save => Err(ApiError::not_found()),
        Err(error) => Err(error.into()),
    }
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
    let user = unconfirmed.user();
    let held = async {
        match id.parse() {
            Ok(tweet) => state.reactions.by(user, tweet).await,
            Err(_) => Ok(ReactionIds::default()),
        }
    };
    let (caller, (tweet, held)) = unconfirmed.confirm_with(try_join(state.tweet(id), held)).await?;
    let tweet = tweet.ok_or_else(ApiError::not_found)?;
    let removal = state.reactions.remove(caller.user, reaction, tweet.id, held);
    let (page_data, changed) = with_author_check(state, caller.user, [tweet.author], removal).await?;
    let changed = changed?;
    Ok(match page_data.visibility(tweet.author).blocked_by {
        true => (Tweet { likes: 0, retweets: 0, ..tweet }, changed),
        false => (tweet, changed),
    })
}
