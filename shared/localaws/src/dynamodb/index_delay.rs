//! Makes global secondary indexes lag, as they do on AWS.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aviary_template::{KeyElement, Table};
use dynoxide::Database;
use serde_json::{Value, json};

use super::changes::Target;
use crate::clock::Clock;
use crate::config::Config;

/// With more changed items than this, items whose changes are all visible are forgotten.
const MANY: usize = 4_096;

/// Remembers recent changes, and hides them from the indexes.
///
/// An entry is shown if its index keys are those that the item had before its oldest recent change. So a new entry
/// appears late, an entry that moves is missing at both positions for a while, a deleted one is gone at once, and a
/// change that does not touch the index's keys hides nothing. Changes by PartiQL are not noticed.
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

/// The name of an item's table, and the item's key as JSON.
type ItemKey = (String, String);

struct Change {
    /// The item before the change; `None` if it did not exist.
    before: Option<Value>,
    /// The time when indexes show it, in milliseconds; the largest number while the change is running.
    shown_at: i64,
    number: u64,
}

/// Running changes. Dropping it ends them, successful or not, and starts their delay.
pub(crate) struct UnderWay {
    delay: IndexDelay,
    keys: Vec<ItemKey>,
    number: u64,
}

impl IndexDelay {
    /// `None` if the configuration sets no delay.
    pub(crate) fn of(config: &Config, database: &Database) -> Option<Self> {
        let delay_ms = i64::try_from(config.index_delay.as_millis()).unwrap_or(i64::MAX / 2);
        (delay_ms > 0).then(|| Self {
            delay_ms,
            // The machine's clock, as for streams.
            clock: Clock::system(),
            database: database.clone(),
            tables: Arc::new(config.storage.tables.iter().map(keys).collect()),
            changes: Arc::default(),
        })
    }

    /// Must be called before the changes are made; the result must be kept until they are done.
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

    /// The table and the global index that this operation reads, if it reads one.
    pub(crate) fn index_read(&self, operation: &str, body: &Value) -> Option<(String, String)> {
        if !matches!(operation, "Query" | "Scan") {
            return None;
        }
        let (table, index) = (body.get("TableName")?.as_str()?, body.get("IndexName")?.as_str()?);
        let known = self.tables.get(table)?.indexes.contains_key(index);
        known.then(|| (table.to_owned(), index.to_owned()))
    }

    /// Removes entries from a page that the index does not show yet. The page may then be shorter than its limit; the
    /// key of the next page stays.
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

    /// The item that is about to change, with its present state.
    fn before(&self, target: &Target) -> Option<(ItemKey, Option<Value>)> {
        let keys = self.tables.get(&target.table).filter(|keys| !keys.indexes.is_empty())?;
        let item_key = item_key(&target.table, keys, &target.item)?;
        let key: Value = keys.own.iter().map(|name| (name.clone(), target.item.get(name).cloned())).collect();
        let request = json!({"TableName": target.table, "Key": key, "ConsistentRead": true});
        // The database itself will report what is wrong with the request.
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

/// `None` if a key attribute is missing.
fn item_key(table: &str, keys: &Keys, item: &Value) -> Option<ItemKey> {
    let values: Option<Vec<&Value>> = keys.own.iter().map(|name| item.get(name)).collect();
    Some((table.to_owned(), json!(values?).to_string()))
}
