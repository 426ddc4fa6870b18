//! Counters of profiles, tweets and comments: how many edges lead to each, and how much a user wrote and liked.
//!
//! They are updated from the stream of `social`, which delivers records at least once and in batches of any size. A
//! counted record leaves `SEEN#<event> / SEEN` in the `feed` table, written in the transaction that adds to all of its
//! counters.

pub(crate) mod recount;
pub(crate) mod tally;

use std::collections::{BTreeMap, BTreeSet, HashSet};

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
/// Writes in one transaction of DynamoDB.
const MAX_WRITES: usize = 100;

/// A counter and the item that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// The number of this user's followers.
    Followers(UserId),
    /// The number of users whom this user follows.
    Following(UserId),
    /// The number of this user's tweets.
    Tweets(UserId),
    /// The number of this user's tweets with media.
    MediaTweets(UserId),
    /// The number of this user's comments.
    Replies(UserId),
    /// The number of tweets and comments that this user likes.
    LikesGiven(UserId),
    /// The number of likes of this tweet.
    Likes(TweetId),
    /// The number of comments on this tweet.
    Comments(TweetId),
    /// The number of retweets of this tweet.
    Retweets(TweetId),
    /// How many users saved this tweet.
    Saves(TweetId),
    /// The number of likes of this comment.
    CommentLikes(CommentId),
    /// The number of comments that answer this comment.
    Answers(CommentId),
}

impl Counter {
    /// The id of the user, the tweet or the comment that has the counter.
    #[must_use]
    pub fn target(self) -> Uuid {
        match self {
            Self::Followers(user)
            | Self::Following(user)
            | Self::Tweets(user)
            | Self::MediaTweets(user)
            | Self::Replies(user)
            | Self::LikesGiven(user) => user.uuid(),
            Self::Likes(tweet) | Self::Comments(tweet) | Self::Retweets(tweet) | Self::Saves(tweet) => tweet.uuid(),
            Self::CommentLikes(comment) | Self::Answers(comment) => comment.uuid(),
        }
    }

    pub(crate) fn key(self) -> Key {
        match self {
            Self::Followers(user)
            | Self::Following(user)
            | Self::Tweets(user)
            | Self::MediaTweets(user)
            | Self::Replies(user)
            | Self::LikesGiven(user) => profile_key(user),
            Self::Likes(tweet) | Self::Comments(tweet) | Self::Retweets(tweet) | Self::Saves(tweet) => tweet_key(tweet),
            Self::CommentLikes(comment) | Self::Answers(comment) => comment_key(comment),
        }
    }

    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Followers(_) => "followers",
            Self::Following(_) => "following",
            Self::Tweets(_) => "tweets",
            Self::MediaTweets(_) => "media_tweets",
            Self::Replies(_) => "replies",
            Self::LikesGiven(_) => "likes_given",
            Self::Likes(_) | Self::CommentLikes(_) => "likes",
            Self::Comments(_) | Self::Answers(_) => "comments",
            Self::Retweets(_) => "retweets",
            Self::Saves(_) => "saves",
        }
    }
}

/// What one record of the stream counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The record's id, which is the same in every delivery.
    pub event: String,
    /// The counters that change, each by 1 or -1.
    pub by: Vec<(Counter, i64)>,
}

impl Count {
    /// The ids of the items that have the counters.
    fn targets(&self) -> impl Iterator<Item = Uuid> {
        self.by.iter().map(|(counter, _)| counter.target())
    }
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

    /// Adds what records count, each in one transaction with its mark. Records that were counted before are skipped, and
    /// nothing is counted for a deleted target. The records' places in `counts` are returned with the result of their
    /// transaction, after whose failure they may be passed again, in batches of any size.
    ///
    /// One round trip for as many records as have a hundred marks and targets together, and one more if some were
    /// counted before or had no target. A record costs one write, and a target one for all of its records.
    pub async fn add(&self, counts: &[Count], now: Timestamp) -> Vec<(Vec<usize>, Result<(), StoreError>)> {
        let mut results = Vec::new();
        // One after the other, because two transactions with the same target would get into each other's way.
        for places in in_transactions(counts) {
            let new = places.iter().filter_map(|place| counts.get(*place));
            let mut events = HashSet::new();
            let distinct = new.filter(|count| events.insert(&count.event)).collect();
            results.push((places, self.add_some(distinct, now).await));
        }
        results
    }

    /// Each refusal drops at least one record or one target, so the loop ends.
    async fn add_some(&self, mut new: Vec<&Count>, now: Timestamp) -> Result<(), StoreError> {
        let mut gone: BTreeSet<Uuid> = BTreeSet::new();
        loop {
            new.retain(|count| count.targets().any(|target| !gone.contains(&target)));
            if new.is_empty() {
                return Ok(());
            }
            let mut transaction = Transaction::default();
            let (mut marks, mut updates) = (Vec::new(), Vec::new());
            for count in &new {
                let seen = Key::new(format!("SEEN#{}", count.event), "SEEN").into_item();
                marks.push(transaction.create(&self.feed, expiring(seen, now.plus_seconds(SEEN_SECONDS)))?);
            }
            for (counter, update) in sums(&new) {
                if !gone.contains(&counter.target()) {
                    updates.push((counter.target(), transaction.update(&self.social, counter.key(), &update)?));
                }
            }
            let committed = transaction.commit(&self.social.db).await?;
            if matches!(committed, Committed::Done) {
                return Ok(());
            }
            gone.extend(updates.into_iter().filter(|(_, write)| committed.refused(*write)).map(|(target, _)| target));
            new =
                new.into_iter().zip(marks).filter(|(_, mark)| !committed.refused(*mark)).map(|(new, _)| new).collect();
        }
    }
}

/// Divides records so that the marks and the targets of each part fit into one transaction. Records with the same first
/// target are put together, so that it is written once.
fn in_transactions(counts: &[Count]) -> Vec<Vec<usize>> {
    let mut places: Vec<usize> = (0..counts.len()).collect();
    places.sort_by_key(|place| counts.get(*place).and_then(|count| count.targets().next()));
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut writes = BTreeSet::new();
    let mut part = Vec::new();
    for (place, count) in places.into_iter().filter_map(|place| Some((place, counts.get(place)?))) {
        let more = count.targets().filter(|target| !writes.contains(target)).collect::<BTreeSet<_>>().len();
        if part.len() + 1 + writes.len() + more > MAX_WRITES {
            parts.push(std::mem::take(&mut part));
            writes.clear();
        }
        writes.extend(count.targets());
        part.push(place);
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

/// For each target one of its counters, and the update that adds up all changes. A target whose changes cancel each
/// other out has none.
fn sums(counts: &[&Count]) -> Vec<(Counter, Update)> {
    let mut sums: BTreeMap<Uuid, BTreeMap<Counter, i64>> = BTreeMap::new();
    for (counter, by) in counts.iter().flat_map(|count| &count.by) {
        *sums.entry(counter.target()).or_default().entry(*counter).or_default() += by;
    }
    let update = |sums: BTreeMap<Counter, i64>| {
        let mut sums = sums.into_iter().filter(|(_, sum)| *sum != 0).peekable();
        let first = sums.peek()?.0;
        let update = Update::new().when(Condition::item_exists());
        Some((first, sums.fold(update, |update, (counter, sum)| update.add(counter.attribute(), number(sum)))))
    };
    sums.into_values().filter_map(update).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn user(end: u16) -> UserId {
        format!("019a0000-0000-7000-8000-00000000{end:04x}").parse().unwrap()
    }

    fn tweet() -> TweetId {
        "019a0000-0000-7000-8000-000000ffffff".parse().unwrap()
    }

    fn like(by: u16, how: i64) -> Count {
        let by_user = (Counter::LikesGiven(user(by)), how);
        Count { event: format!("e{by}"), by: vec![(Counter::Likes(tweet()), how), by_user] }
    }

    #[test]
    fn changes_that_cancel_out_need_no_update() {
        assert_eq!(sums(&[&like(1, 1), &like(1, -1)]).len(), 0);
        // The actor's own changes cancel out, those of the tweet do not.
        let updated: Vec<Counter> =
            sums(&[&like(1, 1), &like(1, -1), &like(2, 1)]).into_iter().map(|(counter, _)| counter).collect();
        assert_eq!(updated, [Counter::LikesGiven(user(2)), Counter::Likes(tweet())]);
    }

    #[test]
    fn several_counters_of_one_target_are_one_update() {
        let both = Count {
            event: "e".to_owned(),
            by: vec![(Counter::Tweets(user(1)), 1), (Counter::MediaTweets(user(1)), 1)],
        };
        assert_eq!(sums(&[&both]).len(), 1);
    }

    #[test]
    fn no_transaction_has_more_writes_than_one_takes() {
        let likes: Vec<Count> = (0..120).map(|by| like(by, 1)).collect();
        let parts = in_transactions(&likes);
        // 49 marks, 49 actors and the tweet.
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [49, 49, 22]);
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..120).collect::<Vec<_>>());
        assert!(in_transactions(&[]).is_empty());
    }
}
