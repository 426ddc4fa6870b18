//! Counters of profiles, tweets and comments: how many edges lead to each.
//!
//! They are updated from the stream of `social`, which delivers records at least once and in batches of any size. A
//! counted record leaves `SEEN#<event>#<counter> / SEEN` in the `feed` table, written in the transaction that counts
//! it.

pub(crate) mod recount;
pub(crate) mod tally;

use std::collections::{BTreeMap, HashSet};

use aviary_model::{CommentId, Timestamp, TweetId, UserId};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Key, expiring, number};
use crate::dynamodb::table::{FeedTable, SocialTable};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::social::keys::{comment_key, tweet_key};
use crate::social::profiles::profile_key;

/// Longer than a stream keeps its records, which is 24 hours.
const SEEN_SECONDS: i64 = 48 * 3_600;
/// Records counted in one transaction, which takes a hundred writes.
const MAX_RECORDS: usize = 49;

/// A counter and the item that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// The number of this user's followers.
    Followers(UserId),
    /// The number of users whom this user follows.
    Following(UserId),
    /// The number of likes of this tweet.
    Likes(TweetId),
    /// The number of comments on this tweet.
    Comments(TweetId),
    /// The number of retweets of this tweet.
    Retweets(TweetId),
    /// The number of likes of this comment.
    CommentLikes(CommentId),
}

impl Counter {
    /// The id of the user, the tweet or the comment that has the counter. One call of [`Counters::add`] counts for one
    /// target.
    #[must_use]
    pub fn target(self) -> Uuid {
        match self {
            Self::Followers(user) | Self::Following(user) => user.uuid(),
            Self::Likes(tweet) | Self::Comments(tweet) | Self::Retweets(tweet) => tweet.uuid(),
            Self::CommentLikes(comment) => comment.uuid(),
        }
    }

    pub(crate) fn key(self) -> Key {
        match self {
            Self::Followers(user) | Self::Following(user) => profile_key(user),
            Self::Likes(tweet) | Self::Comments(tweet) | Self::Retweets(tweet) => tweet_key(tweet),
            Self::CommentLikes(comment) => comment_key(comment),
        }
    }

    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Followers(_) => "followers",
            Self::Following(_) => "following",
            Self::Likes(_) | Self::CommentLikes(_) => "likes",
            Self::Comments(_) => "comments",
            Self::Retweets(_) => "retweets",
        }
    }
}

/// A change of a counter by one record of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The record's id, which is the same in every delivery.
    pub event: String,
    /// The counter that changes.
    pub counter: Counter,
    /// 1 or -1.
    pub by: i64,
}

/// The counters of the `social` table.
#[derive(Clone, Debug)]
pub struct Counters {
    social: SocialTable,
    feed: FeedTable,
}

impl Counters {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(social: &SocialTable, feed: &FeedTable) -> Self {
        Self { social: social.clone(), feed: feed.clone() }
    }

    /// Applies the changes of records to the counters of one target. Records that were counted before are skipped, and
    /// nothing is counted for a deleted target. One round trip for 49 records, and one more if some were counted
    /// before.
    ///
    /// # Errors
    /// If a call fails. All records may then be passed again, in batches of any size.
    pub async fn add(&self, counts: &[Count], now: Timestamp) -> Result<(), StoreError> {
        let mut named = HashSet::new();
        let distinct: Vec<&Count> = counts.iter().filter(|count| named.insert(seen_key(count))).collect();
        for some in distinct.chunks(MAX_RECORDS) {
            self.add_some(some.to_vec(), now).await?;
        }
        Ok(())
    }

    /// Each refusal drops at least one record, so the loop ends.
    async fn add_some(&self, mut new: Vec<&Count>, now: Timestamp) -> Result<(), StoreError> {
        while let Some(first) = new.first() {
            let mut transaction = Transaction::default();
            let mut writes = Vec::new();
            for count in &new {
                let seen = Key::new(seen_key(count), "SEEN").into_item();
                writes.push(transaction.create(&self.feed, expiring(seen, now.plus_seconds(SEEN_SECONDS)))?);
            }
            let sum = sum(&new);
            let target = sum.map(|sum| transaction.update(&self.social, first.counter.key(), &sum)).transpose()?;
            let committed = transaction.commit(&self.social.db).await?;
            if matches!(committed, Committed::Done) || target.is_some_and(|target| committed.refused(target)) {
                return Ok(());
            }
            new =
                new.into_iter().zip(writes).filter(|(_, seen)| !committed.refused(*seen)).map(|(new, _)| new).collect();
        }
        Ok(())
    }
}

/// The update that adds up all changes. `None` if they cancel each other out.
fn sum(counts: &[&Count]) -> Option<Update> {
    let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
    for count in counts {
        *sums.entry(count.counter.attribute()).or_default() += count.by;
    }
    sums.retain(|_, sum| *sum != 0);
    if sums.is_empty() {
        return None;
    }
    let update = Update::new().when(Condition::item_exists());
    Some(sums.into_iter().fold(update, |update, (name, sum)| update.add(name, number(sum))))
}

/// The key does not name the target: one record changes at most one counter of each kind. So it holds no id that would
/// have to be removed with an account.
fn seen_key(count: &Count) -> String {
    format!("SEEN#{}#{}", count.event, count.counter.attribute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_cancel_out_need_no_update() {
        let tweet = "019a0000-0000-7000-8000-0000000000aa".parse().expect("an id");
        let count = |by| Count { event: "e".to_owned(), counter: Counter::Likes(tweet), by };
        assert!(sum(&[&count(1), &count(-1)]).is_none());
        assert!(sum(&[&count(1), &count(1), &count(-1)]).is_some());
    }
}
