//! Unread counts and read marks of inboxes: `U#<u> / INBOX`.

use std::collections::HashSet;

use aviary_model::{NotificationId, Timestamp, UserId};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join;

use crate::dynamodb::client::MAX_ROUNDS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, number};
use crate::dynamodb::pages::{Order, PartitionRange, id_behind};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::inbox_item::{Inbox, inbox_key};
use crate::feed::notifications::{
    Found, KEPT_SECONDS, Notifications, PREFIX, Stored, TOGETHER, notification_id, notification_key, place,
};
use crate::social::keys::{relation_key, user_pk};
use crate::social::visibility::Visibility;

const DAY_SECONDS: i64 = 24 * 3_600;
const PAGE: i32 = 500;
/// The number of pages that one call of `quiet` reads.
const QUIET_PAGES: usize = 8;
/// The largest unread count that is recounted. A small error does not matter in a larger one.
const MAX_COUNTED: u64 = 2_000;
const COUNT_ROUNDS: usize = 3;

impl Notifications {
    /// The number of a user's unread notifications. One round trip. It takes a few more once a day if unread
    /// notifications may have expired, because the TTL does not update the count.
    pub async fn unread(&self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        let inbox = self.inbox(user).await?;
        let today = now.seconds().div_euclid(DAY_SECONDS);
        let may_have_expired = inbox.since <= now.plus_seconds(-KEPT_SECONDS).seconds();
        let is_few = (1..=MAX_COUNTED).contains(&inbox.unread);
        if !is_few || !may_have_expired || inbox.counted_on == today || !self.begin_count(user, today).await? {
            return Ok(inbox.unread);
        }
        self.count_anew(user, now).await
    }

    /// Claims the recount of this day. True only for the first call of the day, so there is at most one recount a day,
    /// even if it fails.
    async fn begin_count(&self, user: UserId, today: i64) -> Result<bool, StoreError> {
        let claim = Update::new()
            .set("counted_on", number(today))
            .when(Condition::item_exists())
            .when(Condition::missing("counted_on").or(Condition::less("counted_on", number(today))));
        Ok(claim.apply(&self.feed, inbox_key(user)).await?.is_some())
    }

    /// Counts the unread notifications that have not expired. Repeats this a few times if the inbox changes
    /// concurrently.
    async fn count_anew(&self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        for _ in 0..COUNT_ROUNDS {
            let inbox = self.inbox(user).await?;
            let unread = self.count_unread(user, &inbox, now).await?;
            let same = Update::new()
                .set("unread", number(unread))
                .when(Condition::equals("seq", number(inbox.seq)))
                .when(Condition::equals("read_seq", number(inbox.read_seq)))
                .when(Condition::equals("unread", number(inbox.unread)));
            if same.apply(&self.feed, inbox_key(user)).await?.is_some() {
                return Ok(unread);
            }
        }
        Ok(self.inbox(user).await?.unread)
    }

    async fn count_unread(&self, user: UserId, inbox: &Inbox, now: Timestamp) -> Result<u64, StoreError> {
        let (mut after, mut unread) = (Some(place(inbox.read_seq)), 0);
        while after.is_some() {
            let page = self.feed.own_page(&unread_of(user), after.as_deref(), PAGE).await?;
            for item in page.entries {
                unread += u64::from(self.feed.read::<Stored>(item)?.is_unread(inbox, now));
            }
            after = page.next;
        }
        Ok(unread)
    }

    /// Marks all notifications that have arrived so far as read. One round trip.
    pub async fn read_all(&self, user: UserId) -> Result<(), StoreError> {
        let update =
            Update::new().set_to_attribute("read_seq", "seq").set("unread", number(0)).when(Condition::item_exists());
        let mut transaction = Transaction::default();
        transaction.update(&self.feed, inbox_key(user), &update)?;
        transaction.commit(&self.feed.db).await.map(|_| ())
    }

    /// Marks these notifications as read, and skips those that are read already or do not exist. Returns the unread
    /// count after that. Two round trips for each fifty, more if others change the inbox concurrently.
    ///
    /// # Errors
    /// If too many writers compete for the inbox.
    pub async fn read(&self, user: UserId, ids: &HashSet<NotificationId>, now: Timestamp) -> Result<u64, StoreError> {
        let ids: Vec<NotificationId> = ids.iter().copied().collect();
        let mut unread = None;
        for some in ids.chunks(TOGETHER) {
            unread = Some(self.read_some(user, some, now).await?);
        }
        match unread {
            Some(unread) => Ok(unread),
            None => Ok(self.inbox(user).await?.unread),
        }
    }

    /// Marks an actor's notifications as read if the actor is still hidden from the user, beginning after the cursor
    /// `after`. Returns the cursor at which to continue, `None` at the end.
    ///
    /// One round trip to begin, one for each page of five hundred unread notifications (at most eight pages), and two
    /// for each fifty of the actor's.
    ///
    /// # Errors
    /// If too many writers compete for the inbox.
    pub async fn mark_hidden_read(
        &self,
        user: UserId,
        actor: UserId,
        after: Option<String>,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let relation = self.social.get::<Visibility>(relation_key(user, actor));
        let (visibility, inbox) = try_join(relation, self.inbox(user)).await?;
        if !visibility.unwrap_or_default().is_hidden() {
            return Ok(None);
        }
        let mut after = after.or_else(|| Some(place(inbox.read_seq)));
        for _ in 0..QUIET_PAGES {
            let page = self.feed.own_page(&unread_of(user), after.as_deref(), PAGE).await?;
            let by_actor = |item: &&Item| id_behind::<UserId>(item, "actor", "") == Some(actor);
            let ids: HashSet<_> = page.entries.iter().filter(by_actor).filter_map(notification_id).collect();
            if !ids.is_empty() {
                self.read(user, &ids, now).await?;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(after)
    }

    async fn read_some(&self, user: UserId, ids: &[NotificationId], now: Timestamp) -> Result<u64, StoreError> {
        for round in 0..MAX_ROUNDS {
            self.feed.db.pause_before(round).await?;
            let Found { inbox: Some(inbox), stored } = self.find(user, ids.iter().copied()).await? else {
                return Ok(0);
            };
            let unread: Vec<NotificationId> =
                stored.into_iter().filter(|(_, stored)| stored.is_unread(&inbox, now)).map(|(id, _)| id).collect();
            if unread.is_empty() {
                return Ok(inbox.unread);
            }
            let read = Update::new().set("was_read", AttributeValue::Bool(true)).when(still_unread());
            let mut transaction = Transaction::default();
            for id in &unread {
                transaction.update(&self.feed, notification_key(user, *id), &read)?;
            }
            transaction.update(&self.feed, inbox_key(user), &fewer_unread(unread.len(), &inbox))?;
            if matches!(transaction.commit(&self.feed.db).await?, Committed::Done) {
                let count = u64::try_from(unread.len()).unwrap_or(u64::MAX);
                return Ok(inbox.unread.saturating_sub(count));
            }
        }
        Err(contended())
    }

    async fn inbox(&self, user: UserId) -> Result<Inbox, StoreError> {
        Ok(self.feed.get::<Inbox>(inbox_key(user)).await?.unwrap_or_default())
    }
}

/// An update that adds `count` new notifications, if none has arrived since the inbox was read.
pub(crate) fn more(inbox: Option<&Inbox>, count: usize, now: Timestamp) -> Update {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let before = inbox.map_or(0, |inbox| inbox.seq);
    let update = Update::new().set("seq", number(before.saturating_add(count)));
    match inbox {
        Some(_) => update.increase("unread", number(count)).when(Condition::equals("seq", number(before))),
        None => update
            .set("unread", number(count))
            .set("read_seq", number(before))
            .set("since", number(now.seconds()))
            .when(Condition::item_missing()),
    }
}

/// An update that subtracts `count` unread notifications, unless all were marked as read since the inbox was read.
pub(crate) fn fewer_unread(count: usize, inbox: &Inbox) -> Update {
    Update::new().decrease("unread", number(count)).when(Condition::equals("read_seq", number(inbox.read_seq)))
}

/// The condition that a notification exists and was not marked as read individually.
pub(crate) fn still_unread() -> Condition {
    Condition::item_exists().and(Condition::missing("was_read"))
}

pub(crate) fn contended() -> StoreError {
    StoreError::Contended("an inbox changed in every attempt")
}

/// A user's notifications in the order of arrival.
fn unread_of(user: UserId) -> PartitionRange<'static> {
    PartitionRange { pk: user_pk(user), prefix: PREFIX, by_recency: true, order: Order::OldestFirst }
}
