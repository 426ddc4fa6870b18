//! Migrations: items that get other attributes or another key while the service runs.
//!
//! A later version of the service may keep an item differently. Then three steps follow each other, and each can be
//! taken back until the next one begins:
//!
//! 1. A release that reads both forms and still writes the old one.
//! 2. A release that writes the new form. Both versions run side by side meanwhile, and both read both.
//! 3. [`Migrator::migrate`] rewrites what is left, item by item, each on the condition that it is still as it was read.
//!    When a whole pass finds nothing more, the table's marker says so: `SCHEMA / VERSION`. A release that reads the new
//!    form only may follow.
//!
//! A pass can be stopped at any place and repeated. It costs a read of the whole table, and a transaction for each item
//! that it rewrites.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use futures_util::{StreamExt, TryStreamExt};
use serde::Deserialize;

use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, number};
use crate::dynamodb::pages::attribute;
use crate::dynamodb::table::{SocialTable, Table, kind};
use crate::dynamodb::transaction::{Committed, Transaction};

/// The migrations of the table `social`, in their order. A number is never used again.
pub const SOCIAL_MIGRATIONS: &[Migration] = &[];

/// Items that are rewritten concurrently.
const AT_ONCE: usize = 16;

/// One change of a table's items.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number: the marker's version after it.
    pub number: u32,
    /// What it does, in a few words.
    pub what: &'static str,
    /// The item's new form; `None` if it has that already, or is of another kind. It must accept its own result.
    rewrite: fn(&Item) -> Option<Item>,
}

/// What one pass over a table has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Items that were read.
    pub read: u64,
    /// Items that were rewritten.
    pub rewritten: u64,
    /// Items that changed while they were rewritten. The next pass sees them again.
    pub changed: u64,
}

impl Pass {
    /// Whether nothing is left to rewrite.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.rewritten == 0 && self.changed == 0
    }
}

/// Runs migrations of one table.
#[derive(Clone, Debug)]
pub struct Migrator<Kind> {
    table: Table<Kind>,
    migrations: &'static [Migration],
}

#[derive(Debug, Default, Deserialize)]
struct Marker {
    version: u32,
}

impl Migrator<kind::Social> {
    /// The migrations of the table `social`. Makes no call.
    #[must_use]
    pub fn of_social(table: &SocialTable) -> Self {
        Self { table: table.clone(), migrations: SOCIAL_MIGRATIONS }
    }
}

impl<Kind> Migrator<Kind> {
    /// The migrations that the table has not had. One round trip.
    pub async fn pending(&self) -> Result<Vec<Migration>, StoreError> {
        let marker = self.table.get::<Marker>(marker_key()).await?.unwrap_or_default();
        Ok(self.migrations.iter().filter(|migration| migration.number > marker.version).copied().collect())
    }

    /// Rewrites everything that is left, then marks the table. Passes follow each other until one finds nothing; each
    /// is told to `progress`. A table without writes needs two.
    pub async fn migrate(&self, migration: Migration, mut progress: impl FnMut(Pass)) -> Result<(), StoreError> {
        loop {
            let pass = self.pass(migration).await?;
            progress(pass);
            if pass.is_clean() {
                break;
            }
        }
        let mark = Update::new()
            .set("version", number(migration.number))
            .when(Condition::item_missing().or(Condition::less("version", number(migration.number))));
        mark.apply_once(&self.table, marker_key()).await.map(|_| ())
    }

    /// Reads the whole table once. Half a read unit for each 4 KB.
    #[allow(clippy::disallowed_methods, reason = "an operator rewrites everything, with rights of their own")]
    async fn pass(&self, migration: Migration) -> Result<Pass, StoreError> {
        let (mut pass, mut from) = (Pass::default(), None);
        loop {
            let call = self
                .table
                .db
                .client
                .scan()
                .table_name(&self.table.name)
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
            let items = output.items.unwrap_or_default();
            pass.read += u64::try_from(items.len()).unwrap_or(u64::MAX);
            let (rewritten, changed) = (AtomicU64::new(0), AtomicU64::new(0));
            let rewrites: Vec<_> = items
                .into_iter()
                .filter_map(|old| (migration.rewrite)(&old).map(|new| (old, new)))
                .map(|(old, new)| async {
                    let counter = if self.rewrite(old, new).await? { &rewritten } else { &changed };
                    counter.fetch_add(1, Ordering::Relaxed);
                    Ok::<(), StoreError>(())
                })
                .collect();
            futures_util::stream::iter(rewrites).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            pass.rewritten += rewritten.into_inner();
            pass.changed += changed.into_inner();
            from = output.last_evaluated_key;
            if from.is_none() {
                return Ok(pass);
            }
        }
    }

    /// Puts the new form in the old one's place, or at another key and deletes the old one. False if the item changed
    /// meanwhile, or something else is at the new key.
    async fn rewrite(&self, old: Item, new: Item) -> Result<bool, StoreError> {
        let (from, to) = (key_of(&self.table, &old)?, key_of(&self.table, &new)?);
        let attributes = old.into_iter().filter(|(name, _)| name != "pk" && name != "sk");
        let unchanged = attributes
            .fold(Condition::item_exists(), |unchanged, (name, value)| unchanged.and(Condition::equals(&name, value)));
        let mut transaction = Transaction::default();
        if from == to {
            transaction.put_if(&self.table, new, &unchanged)?;
        } else {
            transaction.create(&self.table, new)?;
            transaction.delete_if(&self.table, from, &unchanged)?;
        }
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}

fn marker_key() -> Key {
    Key::new("SCHEMA".to_owned(), "VERSION".to_owned())
}

fn key_of<Kind>(table: &Table<Kind>, item: &Item) -> Result<Key, StoreError> {
    match (attribute(item, "pk"), attribute(item, "sk")) {
        (Some(pk), Some(sk)) => Ok(Key::new(pk.to_owned(), sk.to_owned())),
        _ => Err(table.corrupt("an item has no key")),
    }
}

#[cfg(test)]
mod tests;
