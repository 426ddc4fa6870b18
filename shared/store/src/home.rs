//! Home timelines: `U#<u> / HOME#<t>` is a tweet in u's, `U#<u> / PULL#<b>` says that u follows b, who has too many
//! followers to be written to all of them. Entries say what there is to show; whether it still is there, and may be
//! seen, is looked up when the page is read.

use std::collections::{HashMap, HashSet};

use aviary_model::{EdgeId, Timestamp, TweetId, UserId};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::{Deserialize, Serialize};

use crate::db::{Direction, metered};
use crate::item::{Item, Key, expiring, fields, is_expired, item, shard, text};
use crate::lists::{Order, Own, id_behind};
use crate::social_keys::{EdgeKind, edge_key, user_pk};
use crate::transaction::{Expression, Transaction};
use crate::{Activities, Db, ListPage, Profiles, StoreError};

const KEPT_SECONDS: i64 = 90 * 24 * 3_600;
/// So many of those who have too many followers are merged into a page.
const MAX_PULLS: i32 = 100;
const HOME: &str = "HOME#";
const PULL: &str = "PULL#";

/// A tweet's place in a home timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeEntry {
    /// The tweet.
    pub tweet: TweetId,
    /// Who wrote it.
    pub author: UserId,
    /// Its place: the tweet's id, or the retweet's.
    pub position: EdgeId,
    /// Who retweeted it, if that brought it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<UserId>,
}

/// The home timelines of the `feed` table.
#[derive(Clone, Debug)]
pub struct Home {
    pub(crate) db: Db,
    pub(crate) feed: String,
    pub(crate) social: String,
}

impl Home {
    /// Over these tables.
    #[must_use]
    pub fn new(profiles: &Profiles, feed: &Activities) -> Self {
        Self { db: profiles.db.clone(), feed: feed.table.clone(), social: profiles.table.clone() }
    }

    /// A page of what was written to somebody's timeline, newest first, of what comes after the position
    /// `after`; never lags. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn page(
        &self,
        user: UserId,
        after: Option<EdgeId>,
        limit: i32,
        now: Timestamp,
    ) -> Result<ListPage<HomeEntry>, StoreError> {
        let own = Own { pk: user_pk(user), prefix: HOME, by_recency: true, order: Order::NewestFirst };
        let after = after.map(|position| position.to_string());
        let page = self.db.own_page(&self.feed, &own, after.as_deref(), limit).await?;
        // The TTL removes late.
        let current = page.entries.into_iter().filter(|item| !is_expired(item, now));
        let entries = current.map(|item| fields(&self.feed, item)).collect::<Result<_, _>>()?;
        Ok(ListPage { entries, next: page.next })
    }

    /// Whose tweets are merged into somebody's timeline when it is read: those followed last, at most a hundred;
    /// never lags. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn pulls(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        let own = Own { pk: user_pk(user), prefix: PULL, by_recency: true, order: Order::NewestFirst };
        let page = self.db.own_page(&self.feed, &own, None, MAX_PULLS).await?;
        Ok(page.entries.iter().filter_map(|item| id_behind(item, "sk", PULL)).collect())
    }

    /// Where these tweets are in somebody's timeline, of those that were written to it. One step, none where nothing is asked.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn places(
        &self,
        user: UserId,
        tweets: &HashSet<TweetId>,
    ) -> Result<HashMap<TweetId, EdgeId>, StoreError> {
        let keys = tweets.iter().map(|tweet| home_key(user, *tweet)).collect();
        let found = self.db.batch_get_many(&self.feed, keys).await?;
        let place = |item| Some((id_behind(item, "sk", HOME)?, id_behind(item, "recent_sk", HOME)?));
        Ok(found.iter().filter_map(place).collect())
    }

    /// Brings a tweet into somebody's timeline, if it is not there yet. A newer retweet by the same person takes
    /// the place of that person's older one. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put(&self, user: UserId, entry: &HomeEntry, now: Timestamp) -> Result<(), StoreError> {
        let recent = format!("{HOME}{}", entry.position);
        let via = entry.via.map_or_else(|| "nobody".to_owned(), |via| via.to_string());
        let call = self
            .db
            .client
            .put_item()
            .table_name(&self.feed)
            .set_item(Some(entry_item(user, entry, recent.clone(), now)?))
            .condition_expression("attribute_not_exists(pk) OR (#via = :via AND #recent < :recent)")
            .expression_attribute_names("#via", "via")
            .expression_attribute_names("#recent", "recent_sk")
            .expression_attribute_values(":via", text(via))
            .expression_attribute_values(":recent", text(recent))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }

    /// Has somebody's timeline merge another's tweets when it is read, if this follow is still there. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn pull(&self, user: UserId, followed: UserId, follow: EdgeId) -> Result<(), StoreError> {
        let still = Expression::new("", "#id = :id").name("#id", "id").value(":id", text(follow.to_string()));
        let mut pull = pull_key(user, followed).into_item();
        pull.insert("recent_sk".to_owned(), text(format!("{PULL}{follow}")));
        let mut transaction = Transaction::default();
        transaction.check(&self.social, edge_key(user, EdgeKind::Follow, followed.uuid()), &still)?;
        transaction.put(&self.feed, pull)?;
        transaction.commit(&self.db).await.map(|_| ())
    }

    /// Ends that, if it is this follow by which it began. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn end_pull(&self, user: UserId, followed: UserId, follow: EdgeId) -> Result<(), StoreError> {
        let by_this = Expression::new("", "#recent = :recent")
            .name("#recent", "recent_sk")
            .value(":recent", text(format!("{PULL}{follow}")));
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.feed, pull_key(user, followed), &by_this)?;
        transaction.commit(&self.db).await.map(|_| ())
    }
}

fn entry_item(user: UserId, entry: &HomeEntry, recent: String, now: Timestamp) -> Result<Item, StoreError> {
    let index = [
        ("recent_sk", recent),
        ("origin_pk", shard(&origin(entry.tweet, entry.via), user.uuid())),
        ("origin_sk", user.to_string()),
    ];
    let item = item(home_key(user, entry.tweet), entry, index)?;
    Ok(expiring(item, now.plus_seconds(KEPT_SECONDS)))
}

pub(crate) fn home_key(user: UserId, tweet: TweetId) -> Key {
    Key::new(user_pk(user), format!("{HOME}{tweet}"))
}

/// What brings a tweet into timelines: itself, or somebody's retweet of it.
pub(crate) fn origin(tweet: TweetId, via: Option<UserId>) -> String {
    match via {
        None => format!("TWEET#{tweet}"),
        Some(via) => format!("RETWEET#{via}#{tweet}"),
    }
}

fn pull_key(user: UserId, followed: UserId) -> Key {
    Key::new(user_pk(user), format!("{PULL}{followed}"))
}
