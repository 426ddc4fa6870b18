//! What a deleted account left, removed in bounded pages. Each step can be repeated, and be killed between
//! any two writes: what leads to a thing goes with it or after it, never before.

use aviary_model::{TweetId, UserId};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use crate::credentials::pointer_key;
use crate::db::{Direction, metered};
use crate::item::{Item, Key, text};
use crate::transaction::Transaction;
use crate::{Credentials, Db, Profiles, StoreError};

/// Items of a page. With their pointers they fit into one transaction, which takes a hundred writes.
const PAGE: i32 = 25;

/// Removes what an account left. It does not ask whether the account is gone; its caller does.
#[derive(Clone, Debug)]
pub struct Purge {
    db: Db,
    credentials: String,
    social: String,
    feed: String,
}

/// A page of an author's tweets, oldest first.
#[derive(Clone, Debug)]
pub struct TweetPage {
    /// The tweets' ids. The index lags: some may be gone.
    pub tweets: Vec<TweetId>,
    /// Where the next page begins: after this one. None at the end.
    pub next: Option<TweetId>,
}

impl Purge {
    /// Over the tables in which accounts leave things.
    #[must_use]
    pub fn new(db: Db, credentials: &Credentials, profiles: &Profiles, feed: &crate::Activities) -> Self {
        Self { db, credentials: credentials.table.clone(), social: profiles.table.clone(), feed: feed.table.clone() }
    }

    /// Removes a page of what verified the user: sessions, device tokens and what leads to them. True if
    /// there is more. Two steps, one where there is nothing.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn credentials(&self, user: UserId) -> Result<bool, StoreError> {
        self.remove_page(&self.credentials, &format!("U#{user}")).await
    }

    /// Removes a page of the user's idempotency keys. True if there is more. Two steps, one where there is
    /// nothing.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn once(&self, user: UserId) -> Result<bool, StoreError> {
        self.remove_page(&self.credentials, &format!("ONCE#U#{user}")).await
    }

    /// Removes a page of what the user made under its own key in the social table. True if there is more.
    /// Two steps, one where there is nothing.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn social(&self, user: UserId) -> Result<bool, StoreError> {
        self.remove_page(&self.social, &format!("U#{user}")).await
    }

    /// Removes a page of what was kept for the user to read. True if there is more. Two steps, one where
    /// there is nothing.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn feed(&self, user: UserId) -> Result<bool, StoreError> {
        self.remove_page(&self.feed, &format!("U#{user}")).await
    }

    /// Removes a page of a tweet and of what hangs on it. True if there is more. Two steps, one where there
    /// is nothing. Its objects must be gone before: nothing else leads to them.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn tweet(&self, tweet: TweetId) -> Result<bool, StoreError> {
        self.remove_page(&self.social, &format!("T#{tweet}")).await
    }

    /// The user's tweets after `after`, as their index has them. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn tweets(&self, user: UserId, after: Option<TweetId>) -> Result<TweetPage, StoreError> {
        let call = self
            .db
            .client
            .query()
            .table_name(&self.social)
            .index_name("by-author")
            .key_condition_expression("author_pk = :author AND author_sk > :after")
            .expression_attribute_values(":author", text(format!("U#{user}")))
            .expression_attribute_values(":after", text(after.map_or_else(|| "0".to_owned(), |id| id.to_string())))
            .limit(PAGE)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        let more = output.last_evaluated_key.is_some();
        let found = output.items.unwrap_or_default();
        let tweets: Vec<TweetId> = found.iter().filter_map(|item| attribute(item, "author_sk")?.parse().ok()).collect();
        let next = tweets.last().copied().filter(|_| more);
        Ok(TweetPage { tweets, next })
    }

    /// Removes up to a page of a partition, each item together with what points to it.
    async fn remove_page(&self, table: &str, pk: &str) -> Result<bool, StoreError> {
        let call = self
            .db
            .client
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_names("#pointer", "pointer")
            .projection_expression("pk, sk, #pointer")
            .expression_attribute_values(":pk", text(pk))
            .consistent_read(true)
            .limit(PAGE)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        let more = output.last_evaluated_key.is_some();
        let found = output.items.unwrap_or_default();
        let keys = distinct(found.iter().flat_map(|item| keys_of(pk, item)));
        if !keys.is_empty() {
            remove(&self.db, table, keys).await?;
        }
        Ok(more)
    }
}

/// Removes items of one table together, each named once. One step.
pub(crate) async fn remove(db: &Db, table: &str, keys: Vec<Key>) -> Result<(), StoreError> {
    let mut transaction = Transaction::default();
    for key in keys {
        transaction.delete(table, key)?;
    }
    transaction.commit(db).await.map(|_| ())
}

/// A transaction refuses to hear of one item twice: a device token's session and its place in the list
/// point to the same.
pub(crate) fn distinct(keys: impl Iterator<Item = Key>) -> Vec<Key> {
    let mut distinct: Vec<Key> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

fn keys_of(pk: &str, item: &Item) -> Vec<Key> {
    let own = attribute(item, "sk").map(|sk| Key::new(pk, sk));
    own.into_iter().chain(attribute(item, "pointer").map(pointer_key)).collect()
}

fn attribute<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_two_items_point_to_is_removed_once() {
        let item = |sk: &str| {
            let mut item = Key::new("U#1", sk).into_item();
            item.insert("pointer".to_owned(), text("TOKEN#a"));
            item
        };
        let (session, device) = (item("S#1"), item("D#1"));
        let keys = distinct([&session, &device].into_iter().flat_map(|item| keys_of("U#1", item)));
        assert_eq!(keys, [Key::new("U#1", "S#1"), pointer_key("TOKEN#a"), Key::new("U#1", "D#1")]);
    }
}
