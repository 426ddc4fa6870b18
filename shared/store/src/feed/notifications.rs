//! Notifications: `U#<u> / N#<n>`, for 90 days, and `U#<u> / INBOX`, which knows how many came and how many are
//! unread. Each write of a notification has its recipient's inbox in its transaction.

use aviary_model::{NotificationId, Timestamp, UserId};
use serde::Deserialize;

use crate::dynamodb::client::Db;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, fields, is_expired};
use crate::dynamodb::pages::{ListPage, Order, Own, attribute};
use crate::feed::inbox_item::{Inbox, inbox_key};
use crate::feed::notification_content::NotificationContent;
use crate::feed::security_events::SecurityEvents;
use crate::social::keys::user_pk;
use crate::social::profiles::Profiles;

pub(crate) const PREFIX: &str = "N#";
pub(crate) const KEPT_SECONDS: i64 = 90 * 24 * 3_600;
/// Notifications that are written together; a transaction takes a hundred writes.
pub(crate) const TOGETHER: usize = 50;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The id.
    pub id: NotificationId,
    /// What it says.
    pub news: NotificationContent,
    /// Has its recipient read it?
    pub read: bool,
}

/// What is kept of a notification beside its news.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stored {
    seq: u64,
    #[serde(default)]
    was_read: bool,
    #[serde(default)]
    expires_at: i64,
}

impl Stored {
    pub(crate) fn is_read(&self, inbox: &Inbox) -> bool {
        self.was_read || self.seq <= inbox.read_seq
    }

    /// Is it one of those that the inbox counts? Not what is over and only waits to be removed.
    pub(crate) fn is_unread(&self, inbox: &Inbox, now: Timestamp) -> bool {
        !self.is_read(inbox) && self.expires_at > now.seconds()
    }
}

/// The notifications of the `feed` table.
#[derive(Clone, Debug)]
pub struct Notifications {
    pub(crate) db: Db,
    pub(crate) feed: String,
    pub(crate) social: String,
}

/// Some of somebody's notifications beside the inbox.
pub(crate) struct Found {
    /// None where nothing came yet.
    pub(crate) inbox: Option<Inbox>,
    pub(crate) stored: Vec<(NotificationId, Stored)>,
}

impl Notifications {
    /// Over these tables.
    #[must_use]
    pub fn new(profiles: &Profiles, feed: &SecurityEvents) -> Self {
        Self { db: profiles.db.clone(), feed: feed.table.clone(), social: profiles.table.clone() }
    }

    /// A page of somebody's notifications, those that came last first, of what comes after the place `after`;
    /// never lags. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn page(
        &self,
        user: UserId,
        after: Option<u64>,
        limit: i32,
        now: Timestamp,
    ) -> Result<ListPage<Notification>, StoreError> {
        let own = Own { pk: user_pk(user), prefix: PREFIX, by_recency: true, order: Order::NewestFirst };
        let after = after.map(place);
        let page = self.db.own_page(&self.feed, &own, after.as_deref(), limit);
        let inbox = self.db.get::<Inbox>(&self.feed, inbox_key(user));
        let (page, inbox) = futures_util::future::try_join(page, inbox).await?;
        let inbox = inbox.unwrap_or_default();
        // The TTL removes late.
        let current = page.entries.into_iter().filter(|item| !is_expired(item, now));
        let entries = current.map(|item| self.notification(item, &inbox)).collect::<Result<_, _>>()?;
        Ok(ListPage { entries, next: page.next })
    }

    fn notification(&self, item: Item, inbox: &Inbox) -> Result<Notification, StoreError> {
        let missing = || StoreError::Corrupt { table: self.feed.clone(), cause: "a notification has no id".to_owned() };
        let id = notification_id(&item).ok_or_else(missing)?;
        let stored: Stored = fields(&self.feed, item.clone())?;
        Ok(Notification { id, read: stored.is_read(inbox), news: fields(&self.feed, item)? })
    }

    /// These of somebody's notifications that are there, and the inbox. One step.
    pub(crate) async fn find(
        &self,
        user: UserId,
        ids: impl Iterator<Item = NotificationId>,
    ) -> Result<Found, StoreError> {
        let keys: Vec<Key> = ids.map(|id| notification_key(user, id)).chain([inbox_key(user)]).collect();
        let mut found = Found { inbox: None, stored: Vec::new() };
        for item in self.db.batch_get(&self.feed, keys).await? {
            match notification_id(&item) {
                Some(id) => found.stored.push((id, fields(&self.feed, item)?)),
                None => found.inbox = Some(fields(&self.feed, item)?),
            }
        }
        Ok(found)
    }
}

/// A notification's place in the order in which they came.
pub(crate) fn place(seq: u64) -> String {
    format!("{seq:020}")
}

pub(crate) fn notification_id(item: &Item) -> Option<NotificationId> {
    attribute(item, "sk")?.strip_prefix(PREFIX)?.parse().ok()
}

pub(crate) fn notification_key(user: UserId, id: NotificationId) -> Key {
    Key::new(user_pk(user), format!("{PREFIX}{id}"))
}
