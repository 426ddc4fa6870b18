//! Writes and removals of notifications, each together with the unread count of the inbox.

use aviary_model::{NotificationId, Timestamp, UserId};

use crate::dynamodb::client::MAX_ROUNDS;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, expiring, item, number};
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::feed::inbox::{contended, fewer_unread, more, still_unread};
use crate::feed::inbox_item::inbox_key;
use crate::feed::notification_content::NotificationContent;
use crate::feed::notifications::{Found, KEPT_SECONDS, Notifications, PREFIX, TOGETHER, notification_key, place};
use crate::feed::trim::trims_inbox;
use crate::social::keys::{comment_key, relation_key, tweet_key};
use crate::social::profiles::profile_key;
use crate::social::visibility::Visibility;

/// The number of attempts. An inbox has more concurrent writers than a profile, so it gets twice as many.
const ROUNDS: u32 = 2 * MAX_ROUNDS;

/// How long a writer of notifications tries, if others write to the same inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// A few attempts: other recipients wait.
    Short,
    /// As many as an inbox with many writers needs.
    Long,
}

impl Patience {
    fn rounds(self) -> u32 {
        match self {
            Self::Short => 3,
            Self::Long => ROUNDS,
        }
    }
}

impl Notifications {
    /// Returns the notifications that their recipients should get. Left out are those about the recipient's own
    /// actions, by a deleted actor or one hidden from the recipient, for a deleted recipient, and about a deleted tweet
    /// or comment. One round trip.
    pub async fn deliverable(
        &self,
        news: Vec<(UserId, NotificationContent)>,
    ) -> Result<Vec<(UserId, NotificationContent)>, StoreError> {
        let mut keys: Vec<Key> = Vec::new();
        for key in news.iter().flat_map(|(recipient, news)| {
            needed(*recipient, news).into_iter().chain([relation_key(*recipient, news.actor)])
        }) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let found = self.social.batch_get_many(keys).await?;
        let find = |key: &Key| found.iter().find(|item| key.is_of(item));
        let mut wanted = Vec::new();
        for (recipient, news) in news {
            let hide: Option<Visibility> =
                find(&relation_key(recipient, news.actor)).map(|item| self.social.read(item.clone())).transpose()?;
            let is_there = needed(recipient, &news).iter().all(|key| find(key).is_some());
            if recipient != news.actor && is_there && !hide.unwrap_or_default().is_hidden() {
                wanted.push((recipient, news));
            }
        }
        Ok(wanted)
    }

    /// Writes a recipient's notifications; those that are stored already are skipped. True if it is time to
    /// [trim](Notifications::trim) the inbox. Two round trips for each fifty, more if others write to the same inbox
    /// concurrently.
    ///
    /// # Errors
    /// If too many writers compete for the inbox.
    pub async fn notify(
        &self,
        recipient: UserId,
        news: &[NotificationContent],
        now: Timestamp,
        patience: Patience,
    ) -> Result<bool, StoreError> {
        let mut named: Vec<(NotificationId, &NotificationContent)> = Vec::new();
        for news in news {
            let id = news.id_for(recipient);
            if !named.iter().any(|(other, _)| *other == id) {
                named.push((id, news));
            }
        }
        let mut trims = false;
        for some in named.chunks(TOGETHER) {
            trims |= self.tell_some(recipient, some, now, patience).await?;
        }
        Ok(trims)
    }

    async fn tell_some(
        &self,
        recipient: UserId,
        news: &[(NotificationId, &NotificationContent)],
        now: Timestamp,
        patience: Patience,
    ) -> Result<bool, StoreError> {
        for round in 0..patience.rounds() {
            self.feed.db.pause_before(round).await?;
            let Found { inbox, stored } = self.find(recipient, news.iter().map(|(id, _)| *id)).await?;
            let is_new = |id: &NotificationId| !stored.iter().any(|(other, _)| other == id);
            let new: Vec<_> = news.iter().filter(|(id, _)| is_new(id)).collect();
            if new.is_empty() {
                return Ok(false);
            }
            let before = inbox.as_ref().map_or(0, |inbox| inbox.seq);
            let mut transaction = Transaction::default();
            for ((id, news), seq) in new.iter().zip(before.saturating_add(1)..) {
                transaction.create(&self.feed, notification_item(recipient, *id, news, seq, now)?)?;
            }
            transaction.update(&self.feed, inbox_key(recipient), &more(inbox.as_ref(), new.len(), now))?;
            if matches!(transaction.commit(&self.feed.db).await?, Committed::Done) {
                return Ok(trims_inbox(before, before.saturating_add(new.len() as u64)));
            }
        }
        Err(contended())
    }

    /// Removes these notifications of a recipient, and subtracts the unread ones from the count. At most 99. Two round
    /// trips, more if others change the inbox concurrently.
    ///
    /// # Errors
    /// If too many writers compete for the inbox.
    pub(crate) async fn take_back(
        &self,
        recipient: UserId,
        ids: &[NotificationId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for round in 0..ROUNDS {
            self.feed.db.pause_before(round).await?;
            let Found { inbox, stored } = self.find(recipient, ids.iter().copied()).await?;
            if stored.is_empty() {
                return Ok(());
            }
            let mut transaction = Transaction::default();
            let mut unread = 0;
            for (id, stored) in &stored {
                let key = notification_key(recipient, *id);
                if inbox.as_ref().is_some_and(|inbox| stored.is_unread(inbox, now)) {
                    unread += 1;
                    transaction.delete_if(&self.feed, key, &still_unread())?;
                } else {
                    transaction.delete(&self.feed, key)?;
                }
            }
            if let Some(inbox) = inbox.filter(|_| unread > 0) {
                transaction.update(&self.feed, inbox_key(recipient), &fewer_unread(unread, &inbox))?;
            }
            if matches!(transaction.commit(&self.feed.db).await?, Committed::Done) {
                return Ok(());
            }
        }
        Err(contended())
    }
}

/// The items that must exist for a notification to be written.
fn needed(recipient: UserId, news: &NotificationContent) -> Vec<Key> {
    let people = [profile_key(recipient), profile_key(news.actor)];
    people.into_iter().chain(news.tweet.map(tweet_key)).chain(news.comment.map(comment_key)).collect()
}

fn notification_item(
    recipient: UserId,
    id: NotificationId,
    news: &NotificationContent,
    seq: u64,
    now: Timestamp,
) -> Result<Item, StoreError> {
    let index = [
        ("recent_sk", format!("{PREFIX}{}", place(seq))),
        ("origin_pk", format!("ACTOR#{}", news.actor)),
        ("origin_sk", format!("{}#{recipient}#{id}", news.subject())),
    ];
    let mut item = item(notification_key(recipient, id), news, index)?;
    item.insert("seq".to_owned(), number(seq));
    Ok(expiring(item, now.plus_seconds(KEPT_SECONDS)))
}
