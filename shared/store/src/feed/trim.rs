//! Keeps what belongs to one reader bounded: the newest entries of the home timeline and the newest notifications.
//!
//! One write of some five hundred asks for it, so that its price is a small part of what was written meanwhile. A list
//! can therefore be that much longer for a while.

use aviary_model::{NotificationId, Timestamp, TweetId, UserId};
use futures_util::{StreamExt, TryStreamExt};

use crate::dynamodb::error::StoreError;
use crate::dynamodb::pages::{Order, PartitionRange};
use crate::dynamodb::transaction::Transaction;
use crate::feed::inbox_item::{Inbox, inbox_key};
use crate::feed::notifications::{Notifications, PREFIX, Stored, notification_id};
use crate::feed::timeline_entries::{also_key, unchanged};
use crate::feed::timelines::{HOME, HomeTimelines, TimelineEntry, home_key};
use crate::social::keys::user_pk;

/// How many entries of a home timeline, and how many notifications, a user keeps.
pub const KEPT_ENTRIES: usize = 10_000;
/// After about this many writes a list is trimmed.
const TRIMMED_AFTER: u64 = 512;
const PAGE: i32 = 1_000;
/// The number of entries that one run removes. A timeline that has more gets another run.
const REMOVED_AT_MOST: usize = 1_000;
const REMOVALS_AT_ONCE: usize = 16;
/// Notifications that are removed together.
const REMOVED_TOGETHER: i32 = 99;

/// Whether the timeline is to be trimmed after this entry was written. The ids decide, so no counter is needed, and a
/// repeated write decides the same.
#[must_use]
pub fn trims_timeline(reader: UserId, tweet: TweetId) -> bool {
    // The last bits of both ids are random.
    (reader.uuid().as_u128() ^ tweet.uuid().as_u128()).is_multiple_of(u128::from(TRIMMED_AFTER))
}

/// Whether an inbox is to be trimmed whose last number goes from `before` to `after`.
pub(crate) fn trims_inbox(before: u64, after: u64) -> bool {
    after > KEPT_ENTRIES as u64 && before / TRIMMED_AFTER != after / TRIMMED_AFTER
}

impl HomeTimelines {
    /// Removes all entries but the newest `keep`, at most a thousand of them. True if there are more. One round trip for
    /// each thousand entries that stay, and one for each sixteen that go.
    ///
    /// # Errors
    /// When DynamoDB fails.
    pub async fn trim(&self, user: UserId, keep: usize) -> Result<bool, StoreError> {
        let own = PartitionRange { pk: user_pk(user), prefix: HOME, by_recency: true, order: Order::NewestFirst };
        let (mut seen, mut after) = (0, None);
        let mut old: Vec<TimelineEntry> = Vec::new();
        loop {
            let page = self.feed.own_page(&own, after.as_deref(), PAGE).await?;
            for item in page.entries {
                seen += 1;
                if seen > keep {
                    old.push(self.feed.read(item)?);
                }
            }
            after = page.next;
            if after.is_none() || old.len() >= REMOVED_AT_MOST {
                break;
            }
        }
        let more = after.is_some() || old.len() > REMOVED_AT_MOST;
        old.truncate(REMOVED_AT_MOST);
        let removals: Vec<_> = old.iter().map(|entry| self.remove_entry(user, entry)).collect();
        futures_util::stream::iter(removals).buffer_unordered(REMOVALS_AT_ONCE).try_collect::<()>().await?;
        Ok(more)
    }

    /// Removes an entry that is still as it was read; one that was brought again meanwhile is not old any more.
    async fn remove_entry(&self, user: UserId, entry: &TimelineEntry) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        transaction.delete_if(&self.feed, home_key(user, entry.tweet), &unchanged(entry))?;
        for also in &entry.also {
            transaction.delete(&self.feed, also_key(user, entry.tweet, *also))?;
        }
        transaction.commit(&self.feed.db).await.map(|_| ())
    }
}

impl Notifications {
    /// Removes all notifications but those of the last `keep` numbers. One round trip to begin, and three for each 99
    /// that go.
    ///
    /// # Errors
    /// If too many writers compete for the inbox.
    pub async fn trim(&self, user: UserId, keep: usize, now: Timestamp) -> Result<(), StoreError> {
        let inbox = self.feed.get::<Inbox>(inbox_key(user)).await?.unwrap_or_default();
        let last = inbox.seq.saturating_sub(keep as u64);
        let own = PartitionRange { pk: user_pk(user), prefix: PREFIX, by_recency: true, order: Order::OldestFirst };
        loop {
            let page = self.feed.own_page(&own, None, REMOVED_TOGETHER).await?;
            let mut old: Vec<NotificationId> = Vec::new();
            for item in page.entries {
                let id = notification_id(&item);
                if self.feed.read::<Stored>(item)?.seq <= last {
                    old.extend(id);
                }
            }
            if old.is_empty() {
                return Ok(());
            }
            self.take_back(user, &old, now).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_ENTRIES, TRIMMED_AFTER, trims_inbox};

    #[test]
    fn an_inbox_is_trimmed_once_in_so_many_notifications() {
        let full = KEPT_ENTRIES as u64;
        let trims = (full..full + 10 * TRIMMED_AFTER).filter(|seq| trims_inbox(*seq, *seq + 1)).count();
        assert_eq!(trims, 10);
        assert!(!trims_inbox(TRIMMED_AFTER - 1, TRIMMED_AFTER), "it is not full");
    }
}
