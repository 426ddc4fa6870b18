//! Reads by key that are asked for at the same moment, as one call.
//!
//! Most requests look up their caller while they make their first read. Two calls at once take as long as one, but each
//! is signed, sent, and read from its answer, which is most of what a request costs a function's processor.
//!
//! Only keys in partitions of users go together. The roles bind what a function may read by partition key, and it is
//! not documented whether AWS compares a condition of one table with the keys of another in the same call. Those of
//! users pass either way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aviary_telemetry::Call;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::dynamodb::client::{Db, MAX_KEYS};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};

/// The keys of a call, and then its items, by table.
type Wanted = HashMap<String, Vec<Key>>;
type Found = Arc<HashMap<String, Vec<Item>>>;
type Answer = Shared<BoxFuture<'static, Result<Found, StoreError>>>;

/// The reads that wait for the next call. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    wanted: Wanted,
    answer: Option<Answer>,
}

impl Reads {
    /// Reads these items of users consistently, in no order, together with the other reads that begin before the task
    /// is polled again. One round trip.
    pub(crate) async fn read(&self, db: &Db, table: &str, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let Some(answer) = self.join(db, table, &keys) else { return db.batch_get_alone(table, keys).await };
        let call = Call::shared();
        tokio::task::yield_now().await;
        let found = answer.await;
        call.end(0.0, 0.0);
        let found = found?;
        let items = found.get(table).into_iter().flatten();
        Ok(items.filter(|item| keys.iter().any(|key| key.is_of(item))).cloned().collect())
    }

    /// Adds the keys to the next call. `None` if it has no room for them.
    fn join(&self, db: &Db, table: &str, keys: &[Key]) -> Option<Answer> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.wanted.values().map(Vec::len).sum::<usize>() + keys.len() > MAX_KEYS {
            return None;
        }
        let wanted = waiting.wanted.entry(table.to_owned()).or_default();
        // DynamoDB refuses a call that names a key twice.
        wanted.extend(keys.iter().filter(|key| !wanted.contains(key)).cloned().collect::<Vec<_>>());
        let send = || send(self.clone(), db.clone()).boxed().shared();
        Some(waiting.answer.get_or_insert_with(send).clone())
    }
}

/// When it is first polled, closes the call to further keys and sends it.
async fn send(reads: Reads, db: Db) -> Result<Found, StoreError> {
    let Waiting { wanted, .. } = std::mem::take(&mut *reads.0.lock().unwrap_or_else(PoisonError::into_inner));
    db.get_all(wanted).await.map(Arc::new)
}
