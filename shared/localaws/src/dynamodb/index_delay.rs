//! Global secondary indexes that lag, as AWS's do.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aviary_template::{KeyElement, Table};
use dynoxide::Database;
use serde_json::{Value, json};

use super::changes::Target;
use crate::clock::Clock;
use crate::config::Config;

/// When there are more items with changes than this, those that every index shows are forgotten.
const MANY: usize = 4_096;

/// Remembers what was changed a moment ago, and hides it from the indexes.
///
/// An entry is shown when it stands where the item stood before its oldest change that is still young. So a new entry
/// appears late, one that moves is in neither place for a while, a removed one is gone at once, and a change that
/// leaves an index's keys as they were hides nothing. PartiQL is not followed.
#[derive(Clone)]
pub(crate) struct IndexDelay {
    delay_ms: i64,
    clock: Clock,
    database: Database,
    tables: Arc<HashMap<String, Keys>>,
    changes: Arc<Mutex<Changes>>,
}

/// The key attributes of a table and of its global indexes.
struct Keys {
    own: Vec<String>,
    indexes: HashMap<String, Vec<String>>,
}

#[derive(Default)]
struct Changes {
    /// Oldest first.
    of: HashMap<ItemKey, VecDeque<Change>>,
    last_number: u64,
}

/// An item, by its table and its key as text.
type ItemKey = (String, String);

struct Change {
    /// The item as it was.
    before: Option<Value>,
    /// When indexes show it; the end of time while it is under way.
    shown_at: i64,
    number: u64,
}

/// Changes under way; when this goes, they are over, successful or not, and begin to age.
pub(crate) struct UnderWay {
    delay: IndexDelay,
    keys: Vec<ItemKey>,
    number: u64,
}

impl IndexDelay {
    /// The delay that the configuration asks for, if it does.
    pub(crate) fn of(config: &Config, database: &Database) -> Option<Self> {
        let delay_ms = i64::try_from(config.index_delay.as_millis()).unwrap_or(i64::MAX / 2);
        (delay_ms > 0).then(|| Self {
            delay_ms,
            // Of the machine, as that of the streams.
            clock: Clock::system(),
            database: database.clone(),
            tables: Arc::new(config.storage.tables.iter().map(keys).collect()),
            changes: Arc::default(),
        })
    }

    /// To be called before the changes are made, and kept until they are.
    pub(crate) fn begin(&self, targets: &[Target]) -> UnderWay {
        let found: Vec<_> = targets.iter().filter_map(|target| self.before(target)).collect();
        let mut changes = self.changes();
        if changes.of.len() > MANY {
            let now = self.clock.now_ms();
            changes.of.retain(|_, queue| queue.iter().any(|change| change.shown_at > now));
        }
        changes.last_number += 1;
        let number = changes.last_number;
        let mut keys = Vec::with_capacity(found.len());
        for (item_key, before) in found {
            let change = Change { before, shown_at: i64::MAX, number };
            changes.of.entry(item_key.clone()).or_default().push_back(change);
            keys.push(item_key);
        }
        UnderWay { delay: self.clone(), keys, number }
    }

    /// Whether this operation reads a global index, and which.
    pub(crate) fn index_read(&self, operation: &str, body: &Value) -> Option<(String, String)> {
        if !matches!(operation, "Query" | "Scan") {
            return None;
        }
        let (table, index) = (body.get("TableName")?.as_str()?, body.get("IndexName")?.as_str()?);
        let known = self.tables.get(table)?.indexes.contains_key(index);
        known.then(|| (table.to_owned(), index.to_owned()))
    }

    /// Takes out of a page what the index does not show yet. The page then is shorter than its limit; its key for
    /// the next page stays.
    pub(crate) fn hide(&self, table: &str, index: &str, page: &mut Value) {
        let Some(items) = page.get_mut("Items").and_then(Value::as_array_mut) else { return };
        items.retain(|item| self.is_shown(table, index, item));
        let count = items.len();
        if let Some(fields) = page.as_object_mut() {
            fields.insert("Count".to_owned(), json!(count));
        }
    }

    fn is_shown(&self, table: &str, index: &str, item: &Value) -> bool {
        let Some(keys) = self.tables.get(table) else { return true };
        let Some(item_key) = item_key(table, keys, item) else { return true };
        let now = self.clock.now_ms();
        let changes = self.changes();
        let young = changes.of.get(&item_key).and_then(|queue| queue.iter().find(|change| change.shown_at > now));
        let (Some(change), Some(index)) = (young, keys.indexes.get(index)) else { return true };
        let Some(before) = &change.before else { return false };
        index.iter().all(|attribute| before.get(attribute) == item.get(attribute))
    }

    /// The item that is about to change, as it is.
    fn before(&self, target: &Target) -> Option<(ItemKey, Option<Value>)> {
        let keys = self.tables.get(&target.table).filter(|keys| !keys.indexes.is_empty())?;
        let item_key = item_key(&target.table, keys, &target.item)?;
        let key: Value = keys.own.iter().map(|name| (name.clone(), target.item.get(name).cloned())).collect();
        let request = json!({"TableName": target.table, "Key": key, "ConsistentRead": true});
        // What is wrong with the request the database will say itself.
        let found = self.database.get_item(serde_json::from_value(request).ok()?).ok()?;
        Some((item_key, found.item.and_then(|item| serde_json::to_value(item).ok())))
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = self.delay.clock.now_ms();
        let mut changes = self.delay.changes();
        for item_key in &self.keys {
            let Some(queue) = changes.of.get_mut(item_key) else { continue };
            queue.retain(|change| change.shown_at > now);
            for change in queue.iter_mut().filter(|change| change.number == self.number) {
                change.shown_at = now.saturating_add(self.delay.delay_ms);
            }
        }
    }
}

fn keys(table: &Table) -> (String, Keys) {
    let names = |schema: &[KeyElement]| schema.iter().map(|key| key.attribute.clone()).collect();
    let indexes = table.indexes.iter().map(|index| (index.name.clone(), names(&index.key_schema)));
    (table.name.clone(), Keys { own: names(&table.key_schema), indexes: indexes.collect() })
}

/// `None` if the item has no whole key, as it can't be told apart then.
fn item_key(table: &str, keys: &Keys, item: &Value) -> Option<ItemKey> {
    let values: Option<Vec<&Value>> = keys.own.iter().map(|name| item.get(name)).collect();
    Some((table.to_owned(), json!(values?).to_string()))
}
