//! Home timelines. `U#<u> / HOME#<t>` is an entry of u's timeline. `U#<u> / PULL#<b>` says that u follows b, who has
//! too many followers for a fan-out.
//!
//! An entry only names a tweet. The page read looks up whether the tweet still exists and may be seen.

use std::collections::{BTreeSet, HashMap, HashSet};

use aviary_model::{EdgeId, Timestamp, TweetId, UserId};
use serde::{Deserialize, Serialize};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{Key, is_expired, text};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, id_behind};
use crate::dynamodb::table::{FeedTable, SocialTable};
use crate::dynamodb::transaction::Transaction;
use crate::jobs::{Job, Jobs, job_item};
use crate::social::edge_states::FOLLOW;
use crate::social::keys::{relation_key, user_pk};

/// The largest number of followed users whose tweets are merged into a page.
const MAX_PULLS: i32 = 100;
pub(crate) const HOME: &str = "HOME#";
const PULL: &str = "PULL#";

/// An entry of a home timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// The tweet.
    pub tweet: TweetId,
    /// The tweet's author.
    pub author: UserId,
    /// The position in the timeline: the tweet's id, or the retweet's.
    pub position: EdgeId,
    /// The user whose retweet decides the position; `None` if the tweet itself does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<UserId>,
    /// Up to four other users who retweeted it.
    #[serde(default, skip_serializing)]
    pub also: BTreeSet<UserId>,
}

impl TimelineEntry {
    /// The entry for the author's followers. Its position is the tweet's id.
    #[must_use]
    pub fn tweeted(tweet: TweetId, author: UserId) -> Self {
        Self { tweet, author, position: tweet.into(), via: None, also: BTreeSet::new() }
    }

    /// The entry for the followers of a user who retweeted the tweet. Its position is the retweet's id.
    #[must_use]
    pub fn retweeted(tweet: TweetId, author: UserId, via: UserId, position: EdgeId) -> Self {
        Self { tweet, author, position, via: Some(via), also: BTreeSet::new() }
    }

    /// All stored sources of the entry, the author first.
    pub fn bringers(&self) -> impl Iterator<Item = UserId> {
        [Some(self.author), self.via].into_iter().flatten().chain(self.also.iter().copied())
    }
}

/// A retweet that exists or existed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retweet {
    pub(crate) by: UserId,
    pub(crate) tweet: TweetId,
    pub(crate) edge: EdgeId,
}

/// The home timelines of the `feed` table.
#[derive(Clone, Debug)]
pub struct HomeTimelines {
    pub(crate) feed: FeedTable,
    pub(crate) social: SocialTable,
}

impl HomeTimelines {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(social: &SocialTable, feed: &FeedTable) -> Self {
        Self { social: social.clone(), feed: feed.clone() }
    }

    /// A page of the entries that were written to a user's timeline, newest first, after the position `after`. It never
    /// lags. One round trip.
    pub async fn page(
        &self,
        user: UserId,
        after: Option<EdgeId>,
        limit: i32,
        now: Timestamp,
    ) -> Result<ListPage<TimelineEntry>, StoreError> {
        let own = PartitionRange { pk: user_pk(user), prefix: HOME, by_recency: true, order: Order::NewestFirst };
        let after = after.map(|position| position.to_string());
        let page = self.feed.own_page(&own, after.as_deref(), limit).await?;
        // The TTL removes expired items late.
        let current = page.entries.into_iter().filter(|item| !is_expired(item, now));
        let entries = current.map(|item| self.feed.read(item)).collect::<Result<_, _>>()?;
        Ok(ListPage { entries, next: page.next })
    }

    /// The users whose tweets are merged into a user's timeline when it is read: the latest followed first, at most a
    /// hundred. It never lags. One round trip.
    pub async fn pulls(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        let own = PartitionRange { pk: user_pk(user), prefix: PULL, by_recency: true, order: Order::NewestFirst };
        let page = self.feed.own_page(&own, None, MAX_PULLS).await?;
        Ok(page.entries.iter().filter_map(|item| id_behind(item, "sk", PULL)).collect())
    }

    /// The written entries of these tweets in a user's timeline. One round trip; no round trip without tweets.
    pub async fn entries(
        &self,
        user: UserId,
        tweets: &HashSet<TweetId>,
        now: Timestamp,
    ) -> Result<HashMap<TweetId, TimelineEntry>, StoreError> {
        let keys = tweets.iter().map(|tweet| home_key(user, *tweet)).collect();
        let found = self.feed.batch_get_many(keys).await?;
        let current = found.into_iter().filter(|item| !is_expired(item, now));
        let entries = current.map(|item| self.feed.read(item).map(|entry: TimelineEntry| (entry.tweet, entry)));
        entries.collect()
    }

    /// Makes a user's timeline merge the followed user's tweets when it is read, if this follow still exists. One round
    /// trip.
    pub async fn pull(&self, user: UserId, followed: UserId, follow: EdgeId) -> Result<(), StoreError> {
        let still = Condition::equals(FOLLOW, text(follow.to_string()));
        let mut pull = pull_key(user, followed).into_item();
        pull.insert("recent_sk".to_owned(), text(format!("{PULL}{follow}")));
        let mut transaction = Transaction::default();
        transaction.check(&self.social, relation_key(user, followed), &still)?;
        transaction.put(&self.feed, pull)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Ends the merge that this follow began. A merge begun by another follow stays. One round trip.
    pub async fn end_pull(&self, user: UserId, followed: UserId, follow: EdgeId) -> Result<(), StoreError> {
        let by_this = Condition::equals("recent_sk", text(format!("{PULL}{follow}")));
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.feed, pull_key(user, followed), &by_this)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Those of these users who are marked by [`Self::cross`]. One round trip; no round trip without users.
    pub async fn pulled_users(&self, people: &HashSet<UserId>) -> Result<HashSet<UserId>, StoreError> {
        let keys = people.iter().copied().map(pulled_key).collect();
        let found = self.feed.batch_get_many(keys).await?;
        Ok(found.iter().filter_map(|item| id_behind(item, "pk", "U#")).collect())
    }

    /// Marks a user and creates the job that switches all followers to merging the user's tweets. Nothing happens if
    /// the user is marked already. One round trip.
    pub async fn mark_pulled(&self, user: UserId, jobs: &Jobs, job: &Job) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        transaction.create(&self.feed, pulled_key(user).into_item())?;
        transaction.put(&jobs.table, job_item(job)?)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Removes the mark that [`Self::cross`] sets. One round trip.
    pub async fn unmark_pulled(&self, user: UserId) -> Result<(), StoreError> {
        self.feed.delete(pulled_key(user)).await
    }
}

pub(crate) fn home_key(user: UserId, tweet: TweetId) -> Key {
    Key::new(user_pk(user), format!("{HOME}{tweet}"))
}

/// The origin of a timeline entry, as an index key: the tweet itself, or a user's retweet of it.
pub(crate) fn origin(tweet: TweetId, via: Option<UserId>) -> String {
    match via {
        None => format!("TWEET#{tweet}"),
        Some(via) => format!("RETWEET#{via}#{tweet}"),
    }
}

fn pull_key(user: UserId, followed: UserId) -> Key {
    Key::new(user_pk(user), format!("{PULL}{followed}"))
}

fn pulled_key(user: UserId) -> Key {
    Key::new(user_pk(user), "CROSSED")
}
