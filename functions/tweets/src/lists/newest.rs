//! Everybody's newest tweets: a ranked list, to which the reader's own tweets are added.

use std::cmp::Reverse;

use aviary_model::{TweetId, UserId};
use aviary_store::ListPage;

/// The newest of a ranked list and of the caller's own tweets, which the list may not have yet.
pub(crate) fn newest_of(
    mut ranked: Vec<(TweetId, UserId)>,
    own: ListPage<TweetId>,
    me: UserId,
    limit: i32,
) -> Vec<(TweetId, UserId)> {
    ranked.extend(own.entries.into_iter().map(|tweet| (tweet, me)));
    ranked.sort_by_key(|(tweet, _)| Reverse(*tweet));
    ranked.dedup();
    ranked.truncate(usize::try_from(limit).unwrap_or_default());
    ranked
}
