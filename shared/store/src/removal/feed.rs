//! Removes timeline entries and notifications whose subject is gone.

use std::collections::{BTreeMap, BTreeSet};

use aviary_model::{EdgeId, NotificationId, Timestamp, TweetId, UserId};
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, text};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, attribute, id_behind};
use crate::dynamodb::table::run_query;
use crate::feed::notification_content::subject_prefix;
use crate::feed::notifications::{PREFIX, TOGETHER, notification_id};
use crate::feed::timelines::{Retweet, home_key, origin};
use crate::removal::{AT_ONCE, PAGE, PAGES, Purge};
use crate::social::keys::user_pk;

/// The origin of the timeline entries to remove.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Brought {
    /// The tweet itself.
    Tweet(TweetId),
    /// A retweet.
    Retweet(Retweet),
}

impl Purge {
    /// Removes a tweet's entries from timelines, except for those that a retweet created. True if there are more.
    pub async fn timelines(&self, tweet: TweetId) -> Result<bool, StoreError> {
        self.entries(Brought::Tweet(tweet)).await
    }

    /// Withdraws a retweet from timelines. An entry that has another source moves to that source's position; the others
    /// are removed. True if there are more.
    pub async fn retweeted(&self, by: UserId, tweet: TweetId, edge: EdgeId) -> Result<bool, StoreError> {
        self.entries(Brought::Retweet(Retweet { by, tweet, edge })).await
    }

    /// Removes all of the actor's notifications about a subject, and all notifications about it that `recipients` got.
    /// True if there are more.
    pub async fn told_about(
        &self,
        subject: Uuid,
        actor: UserId,
        recipients: &[UserId],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut more = self.told(actor, &format!("{subject}#"), now).await?;
        for recipient in recipients {
            more |= self.inbox_about(*recipient, subject, now).await?;
        }
        Ok(more)
    }

    /// Removes all of the actor's notifications. True if there are more.
    pub async fn told_by(&self, actor: UserId, now: Timestamp) -> Result<bool, StoreError> {
        self.told(actor, "", now).await
    }

    async fn told(&self, actor: UserId, prefix: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut after = None;
        for _ in 0..PAGES {
            let page = self.origin_page(&format!("ACTOR#{actor}"), prefix, after.as_deref()).await?;
            self.take_back(&page.entries, now).await?;
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    async fn inbox_about(&self, recipient: UserId, subject: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let prefix = format!("{PREFIX}{}", subject_prefix(subject));
        let own =
            PartitionRange { pk: user_pk(recipient), prefix: &prefix, by_recency: false, order: Order::OldestFirst };
        for _ in 0..PAGES {
            let page = self.feed.own_page(&own, None, PAGE).await?;
            self.take_back(&page.entries, now).await?;
            if page.next.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes notifications, each recipient's together with the unread count.
    async fn take_back(&self, found: &[Item], now: Timestamp) -> Result<(), StoreError> {
        let mut inboxes: BTreeMap<UserId, Vec<NotificationId>> = BTreeMap::new();
        for item in found {
            if let (Some(recipient), Some(id)) = (id_behind(item, "pk", "U#"), notification_id(item)) {
                inboxes.entry(recipient).or_default().push(id);
            }
        }
        let writes = inboxes.into_iter().map(|(recipient, ids)| self.take_back_from(recipient, ids, now));
        futures_util::stream::iter(writes.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn take_back_from(
        &self,
        recipient: UserId,
        ids: Vec<NotificationId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for some in ids.chunks(TOGETHER) {
            self.notifications.take_back(recipient, some, now).await?;
        }
        Ok(())
    }

    /// Removes or moves the timeline entries of an origin, page by page, in all shards concurrently. True if there are
    /// more.
    pub(crate) async fn entries(&self, brought: Brought) -> Result<bool, StoreError> {
        let origin = match brought {
            Brought::Tweet(tweet) => origin(tweet, None),
            Brought::Retweet(Retweet { by, tweet, .. }) => origin(tweet, Some(by)),
        };
        let shards = (0..16_u8).map(|shard| self.entries_of_shard(format!("{origin}#{shard:x}"), brought));
        Ok(try_join_all(shards).await?.contains(&true))
    }

    async fn entries_of_shard(&self, origin: String, brought: Brought) -> Result<bool, StoreError> {
        let mut after = None;
        for _ in 0..PAGES {
            let page = self.origin_page(&origin, "", after.as_deref()).await?;
            let readers: BTreeSet<UserId> =
                page.entries.iter().filter_map(|item| id_behind(item, "pk", "U#")).collect();
            match brought {
                Brought::Tweet(tweet) => {
                    self.delete_each(&self.feed, readers.into_iter().map(|user| home_key(user, tweet)).collect())
                        .await?;
                }
                Brought::Retweet(retweet) => self.timelines.withdraw_from(readers, retweet).await?,
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// A page of the index `by-origin`, which lags. One round trip.
    async fn origin_page(&self, origin: &str, prefix: &str, after: Option<&str>) -> Result<ListPage<Item>, StoreError> {
        let first = after.map_or_else(|| prefix.to_owned(), |after| format!("{after} "));
        let call = self
            .feed
            .query()
            .index_name("by-origin")
            .key_condition_expression("origin_pk = :pk AND origin_sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(origin))
            .expression_attribute_values(":first", text(if first.is_empty() { " ".to_owned() } else { first }))
            .expression_attribute_values(":last", text(format!("{prefix}~")))
            .limit(PAGE);
        let output = run_query(call).await?;
        let more = output.last_evaluated_key.is_some();
        let entries = output.items.unwrap_or_default();
        let last = entries.last().and_then(|item| attribute(item, "origin_sk")).map(ToOwned::to_owned);
        Ok(ListPage { next: last.filter(|_| more), entries })
    }
}
