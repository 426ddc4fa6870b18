//! Inboxes: `U#<u> / INBOX` says how many notifications came, and how many are unread.

use std::collections::HashSet;

use aviary_model::{NotificationId, Timestamp, UserId};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use crate::db::MAX_ROUNDS;
use crate::item::{Item, Key, fields, is_expired, number};
use crate::lists::{Order, Own, id_behind};
use crate::notifications::{Found, KEPT_SECONDS, PREFIX, Stored, TOGETHER, notification_id, notification_key, place};
use crate::social_keys::user_pk;
use crate::transaction::{Committed, Expression, Transaction};
use crate::{Notifications, StoreError};

const DAY_SECONDS: i64 = 24 * 3_600;
const PAGE: i32 = 100;

/// Somebody's inbox.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Inbox {
    pub(crate) seq: u64,
    #[serde(default, deserialize_with = "crate::item::count")]
    pub(crate) unread: u64,
    #[serde(default)]
    pub(crate) read_seq: u64,
    /// When the first came, in seconds.
    #[serde(default)]
    since: i64,
    /// The day on which the unread ones were counted anew.
    #[serde(default)]
    counted_on: i64,
}

impl Notifications {
    /// How many of somebody's notifications are unread. One step; once a day two more for who has unread ones of
    /// months, since those go when their time is up.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn unread(&self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        let inbox = self.inbox(user).await?;
        let today = now.seconds().div_euclid(DAY_SECONDS);
        let may_have_expired = inbox.since <= now.plus_seconds(-KEPT_SECONDS).seconds();
        if inbox.unread == 0 || !may_have_expired || inbox.counted_on == today {
            return Ok(inbox.unread);
        }
        self.count_anew(user, &inbox, now, today).await
    }

    /// Counts those that are unread and not over. Nothing is written if the inbox changes meanwhile.
    async fn count_anew(&self, user: UserId, inbox: &Inbox, now: Timestamp, today: i64) -> Result<u64, StoreError> {
        let own = Own { pk: user_pk(user), prefix: PREFIX, by_recency: true, order: Order::OldestFirst };
        let (mut after, mut unread) = (Some(place(inbox.read_seq)), 0);
        loop {
            let page = self.db.own_page(&self.feed, &own, after.as_deref(), PAGE).await?;
            for item in page.entries.into_iter().filter(|item| !is_expired(item, now)) {
                unread += u64::from(!fields::<Stored>(&self.feed, item)?.is_read(inbox));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let same = Expression::new(
            "SET #unread = :now, #counted_on = :today",
            "#seq = :seq AND #read_seq = :read AND #unread = :was",
        )
        .name("#unread", "unread")
        .name("#counted_on", "counted_on")
        .name("#seq", "seq")
        .name("#read_seq", "read_seq")
        .value(":now", number(unread))
        .value(":today", number(today))
        .value(":seq", number(inbox.seq))
        .value(":read", number(inbox.read_seq))
        .value(":was", number(inbox.unread));
        let mut transaction = Transaction::default();
        transaction.update(&self.feed, inbox_key(user), &same)?;
        match transaction.commit(&self.db).await? {
            Committed::Done => Ok(unread),
            Committed::Refused(_) => Ok(self.inbox(user).await?.unread),
        }
    }

    /// Marks everything that came until now as read. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn read_all(&self, user: UserId) -> Result<(), StoreError> {
        let update = Expression::new("SET #read_seq = #seq, #unread = :none", "attribute_exists(pk)")
            .name("#read_seq", "read_seq")
            .name("#seq", "seq")
            .name("#unread", "unread")
            .value(":none", number(0));
        let mut transaction = Transaction::default();
        transaction.update(&self.feed, inbox_key(user), &update)?;
        transaction.commit(&self.db).await.map(|_| ())
    }

    /// Marks these as read; those that are read already, or are not there, are left alone. Answers how many are
    /// unread then. Two steps for fifty, more if others change the inbox meanwhile.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the inbox is written to by too many.
    pub async fn read(&self, user: UserId, ids: &HashSet<NotificationId>) -> Result<u64, StoreError> {
        let ids: Vec<NotificationId> = ids.iter().copied().collect();
        let mut unread = None;
        for some in ids.chunks(TOGETHER) {
            unread = Some(self.read_some(user, some).await?);
        }
        match unread {
            Some(unread) => Ok(unread),
            None => Ok(self.inbox(user).await?.unread),
        }
    }

    /// Marks what somebody was told by this actor as read. One step for a hundred that are unread, and two for each
    /// fifty of the actor's.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the inbox is written to by too many.
    pub async fn quiet(&self, user: UserId, actor: UserId) -> Result<(), StoreError> {
        let own = Own { pk: user_pk(user), prefix: PREFIX, by_recency: true, order: Order::OldestFirst };
        let mut after = Some(place(self.inbox(user).await?.read_seq));
        while after.is_some() {
            let page = self.db.own_page(&self.feed, &own, after.as_deref(), PAGE).await?;
            let by_actor = |item: &&Item| id_behind::<UserId>(item, "actor", "") == Some(actor);
            let ids: HashSet<_> = page.entries.iter().filter(by_actor).filter_map(notification_id).collect();
            if !ids.is_empty() {
                self.read(user, &ids).await?;
            }
            after = page.next;
        }
        Ok(())
    }

    async fn read_some(&self, user: UserId, ids: &[NotificationId]) -> Result<u64, StoreError> {
        for round in 0..MAX_ROUNDS {
            self.db.pause_before(round).await?;
            let Found { inbox: Some(inbox), stored } = self.find(user, ids.iter().copied()).await? else {
                return Ok(0);
            };
            let unread: Vec<NotificationId> =
                stored.into_iter().filter(|(_, stored)| !stored.is_read(&inbox)).map(|(id, _)| id).collect();
            if unread.is_empty() {
                return Ok(inbox.unread);
            }
            let read = still_unread("SET #was_read = :true").value(":true", AttributeValue::Bool(true));
            let mut transaction = Transaction::default();
            for id in &unread {
                transaction.update(&self.feed, notification_key(user, *id), &read)?;
            }
            transaction.update(&self.feed, inbox_key(user), &fewer_unread(unread.len(), &inbox))?;
            if matches!(transaction.commit(&self.db).await?, Committed::Done) {
                let count = u64::try_from(unread.len()).unwrap_or(u64::MAX);
                return Ok(inbox.unread.saturating_sub(count));
            }
        }
        Err(contended())
    }

    async fn inbox(&self, user: UserId) -> Result<Inbox, StoreError> {
        Ok(self.db.get::<Inbox>(&self.feed, inbox_key(user)).await?.unwrap_or_default())
    }
}

/// So many more came, if none did since the inbox was read.
pub(crate) fn more(inbox: Option<&Inbox>, count: usize, now: Timestamp) -> Expression {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let before = inbox.map_or(0, |inbox| inbox.seq);
    let (update, condition) = match inbox {
        Some(_) => ("SET #seq = :seq, #unread = #unread + :count", "#seq = :before"),
        None => ("SET #seq = :seq, #unread = :count, #read_seq = :before, #since = :since", "attribute_not_exists(pk)"),
    };
    let update = Expression::new(update, condition)
        .name("#seq", "seq")
        .name("#unread", "unread")
        .value(":seq", number(before.saturating_add(count)))
        .value(":count", number(count))
        .value(":before", number(before));
    match inbox {
        Some(_) => update,
        None => update.name("#read_seq", "read_seq").name("#since", "since").value(":since", number(now.seconds())),
    }
}

/// So many unread ones less, unless all were marked as read since the inbox was read.
pub(crate) fn fewer_unread(count: usize, inbox: &Inbox) -> Expression {
    Expression::new("SET #unread = #unread - :count", "#read_seq = :read_seq")
        .name("#unread", "unread")
        .name("#read_seq", "read_seq")
        .value(":count", number(count))
        .value(":read_seq", number(inbox.read_seq))
}

/// A change of a notification that nobody has marked as read by itself.
pub(crate) fn still_unread(update: &str) -> Expression {
    Expression::new(update, "attribute_exists(pk) AND attribute_not_exists(#was_read)").name("#was_read", "was_read")
}

pub(crate) fn contended() -> StoreError {
    StoreError::Passing("an inbox was changed by others again and again".to_owned())
}

pub(crate) fn inbox_key(user: UserId) -> Key {
    Key::new(user_pk(user), "INBOX")
}
