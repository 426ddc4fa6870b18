//! Counters: what profiles, tweets and comments say of how many edges lead to them. They follow from the stream of
//! `social`, whose records come at least once and in any cut: a record that was counted leaves `SEEN#<event>#<counter>
//! / SEEN` in the `feed` table, in the transaction in which it is counted.

pub(crate) mod recount;
pub(crate) mod tally;

use std::collections::{BTreeMap, HashSet};

use aviary_model::{CommentId, Timestamp, TweetId, UserId};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::{Key, expiring, number};
use crate::dynamodb::table::{FeedTable, SocialTable};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::social::keys::{comment_key, tweet_key};
use crate::social::profiles::profile_key;

/// Longer than a stream keeps its records.
const SEEN_SECONDS: i64 = 48 * 3_600;
/// Records that are counted together; a transaction takes a hundred writes.
const MAX_RECORDS: usize = 49;

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// How many follow this user.
    Followers(UserId),
    /// How many this user follows.
    Following(UserId),
    /// How many like this tweet.
    Likes(TweetId),
    /// How many comments this tweet has.
    Comments(TweetId),
    /// How many retweeted this tweet.
    Retweets(TweetId),
    /// How many like this comment.
    CommentLikes(CommentId),
}

impl Counter {
    /// The user, the tweet or the comment whose counter it is. All counters of one are counted together.
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

/// What a record changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The record's own id, the same whenever it comes.
    pub event: String,
    /// What is counted.
    pub counter: Counter,
    /// One more or one less.
    pub by: i64,
}

/// The counters of the `social` table.
#[derive(Clone, Debug)]
pub struct Counters {
    social: SocialTable,
    feed: FeedTable,
}

impl Counters {
    /// In these tables.
    #[must_use]
    pub fn new(social: &SocialTable, feed: &FeedTable) -> Self {
        Self { social: social.clone(), feed: feed.clone() }
    }

    /// Counts what records change at one target. What was counted before is not counted again, and what is gone needs
    /// no counting. One round trip for 49 records, and one more where some were counted before.
    ///
    /// # Errors
    /// When a call fails; what was not counted then may come again, in any cut.
    pub async fn add(&self, counts: &[Count], now: Timestamp) -> Result<(), StoreError> {
        let mut named = HashSet::new();
        let distinct: Vec<&Count> = counts.iter().filter(|count| named.insert(seen_key(count))).collect();
        for some in distinct.chunks(MAX_RECORDS) {
            self.add_some(some.to_vec(), now).await?;
        }
        Ok(())
    }

    /// Each refusal takes out at least one record, so this ends.
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

/// The update that adds all of them. None where they cancel each other out.
fn sum(counts: &[&Count]) -> Option<Expression> {
    let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
    for count in counts {
        *sums.entry(count.counter.attribute()).or_default() += count.by;
    }
    sums.retain(|_, sum| *sum != 0);
    if sums.is_empty() {
        return None;
    }
    let clauses: Vec<String> = sums.keys().map(|name| format!("#{name} :{name}")).collect();
    let mut update = Expression::new(&format!("ADD {}", clauses.join(", ")), "attribute_exists(pk)");
    for (name, sum) in sums {
        update = update.name(&format!("#{name}"), name).value(&format!(":{name}"), number(sum));
    }
    Some(update)
}

/// A record changes no counter of a kind twice, so its target need not be named: whoever is gone is not in here.
fn seen_key(count: &Count) -> String {
    format!("SEEN#{}#{}", count.event, count.counter.attribute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cancels_itself_out_changes_nothing() {
        let tweet = "019a0000-0000-7000-8000-0000000000aa".parse().expect("an id");
        let count = |by| Count { event: "e".to_owned(), counter: Counter::Likes(tweet), by };
        assert!(sum(&[&count(1), &count(-1)]).is_none());
        assert!(sum(&[&count(1), &count(1), &count(-1)]).is_some());
    }
}
