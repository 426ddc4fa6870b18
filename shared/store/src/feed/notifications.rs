//! Notifications: `U#<u> / N#<n>`, kept for 90 days, and `U#<u> / INBOX`, which counts the arrived and the unread ones.
//!
//! A write that changes the number of unread notifications changes the inbox in the same transaction.

use aviary_model::{NotificationId, Timestamp, UserId};
use serde::Deserialize;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, is_expired};
use crate::dynamodb::pages::{ListPage, Order, PartitionRange, attribute};
use crate::dynamodb::table::{FeedTable, SocialTable};
use crate::feed::inbox_item::{Inbox, inbox_key};
use crate::feed::notification_content::NotificationContent;
use crate::social::keys::user_pk;

pub(crate) const PREFIX: &str = "N#";
pub(crate) const KEPT_SECONDS: i64 = 90 * 24 * 3_600;
/// Notifications written in one transaction, which takes a hundred writes.
pub(crate) const TOGETHER: usize = 50;

/// A notification as its recipient reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The id, which depends on the content and the recipient.
    pub id: NotificationId,
    /// The content.
    pub news: NotificationContent,
    /// Has its recipient read it?
    pub read: bool,
}

/// The state that is stored with a notification's content.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stored {
    pub(crate) seq: u64,
    #[serde(default)]
    was_read: bool,
    #[serde(default)]
    expires_at: i64,
}

impl Stored {
    pub(crate) fn is_read(&self, inbox: &Inbox) -> bool {
        self.was_read || self.seq <= inbox.read_seq
    }

    /// Does the inbox count it as unread? An expired one that the TTL has not removed yet does not count.
    pub(crate) fn is_unread(&self, inbox: &Inbox, now: Timestamp) -> bool {
        !self.is_read(inbox) && self.expires_at > now.seconds()
    }
}

/// The notifications of the `feed` table.
#[derive(Clone, Debug)]
pub struct Notifications {
    pub(crate) feed: FeedTable,
    pub(crate) social: SocialTable,
}

/// Some of a user's notifications, and the inbox.
pub(crate) struct Found {
    /// `None` before the first notification.
    pub(crate) inbox: Option<Inbox>,
    pub(crate) stored: Vec<(NotificationId, Stored)>,
}

impl Notifications {
    /// Uses these tables. Makes no call.
    #[must_use]
    pub fn new(social: &SocialTable, feed: &FeedTable) -> Self {
        Self { social: social.clone(), feed: feed.clone() }
    }

    /// A page of a user's notifications, latest first, after the cursor `after`. It never lags. One round trip.
    pub async fn page(
        &self,
        user: UserId,
        after: Option<u64>,
        limit: i32,
        now: Timestamp,
    ) -> Result<ListPage<Notification>, StoreError> {
        let own = PartitionRange { pk: user_pk(user), prefix: PREFIX, by_recency: true, order: Order::NewestFirst };
        let after = after.map(place);
        let page = self.feed.own_page(&own, after.as_deref(), limit);
        let inbox = self.feed.get::<Inbox>(inbox_key(user));
        let (page, inbox) = futures_util::future::try_join(page, inbox).await?;
        let inbox = inbox.unwrap_or_default();
        // The TTL removes expired items late.
        let current = page.entries.into_iter().filter(|item| !is_expired(item, now));
        let entries = current.map(|item| self.notification(item, &inbox)).collect::<Result<_, _>>()?;
        Ok(ListPage { entries, next: page.next })
    }

    fn notification(&self, item: Item, inbox: &Inbox) -> Result<Notification, StoreError> {
        let missing = || self.feed.corrupt("a notification has no id");
        let id = notification_id(&item).ok_or_else(missing)?;
        let stored: Stored = self.feed.read(item.clone())?;
        Ok(Notification { id, read: stored.is_read(inbox), news: self.feed.read(item)? })
    }

    /// Those of the given notifications that exist, and the inbox. One round trip.
    pub(crate) async fn find(
        &self,
        user: UserId,
        ids: impl Iterator<Item = NotificationId>,
    ) -> Result<Found, StoreError> {
        let keys: Vec<Key> = ids.map(|id| notification_key(user, id)).chain([inbox_key(user)]).collect();
        let mut found = Found { inbox: None, stored: Vec::new() };
        for item in self.feed.batch_get(keys).await? {
            match notification_id(&item) {
                Some(id) => found.stored.push((id, self.feed.read(item)?)),
                None => found.inbox = Some(self.feed.read(item)?),
            }
        }
        Ok(found)
    }
}

/// A notification's position in the order of arrival, padded so that text sorts like numbers.
pub(crate) fn place(seq: u64) -> String {
    format!("{seq:020}")
}

pub(crate) fn notification_id(item: &Item) -> Option<NotificationId> {
    attribute(item, "sk")?.strip_prefix(PREFIX)?.parse().ok()
}

pub(crate) fn notification_key(user: UserId, id: NotificationId) -> Key {
    Key::new(user_pk(user), format!("{PREFIX}{id}"))
}
