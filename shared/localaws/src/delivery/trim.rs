//! Deletes old stream records, which the database would keep for ever.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::records::stored_sequence;
use super::state::{State, Subscription};
use crate::clock::Clock;
use crate::config::Config;

/// DynamoDB keeps a record for 24 hours.
const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;
/// Records per deletion: few enough not to delay writers.
const AT_ONCE: usize = 1_000;
/// The database reads its last record with each write; without this index it would read all of them.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS local_stream_records
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// Deletes records that are a day old. Unlike DynamoDB it keeps those that a function has not received, so that the
/// machine can be off for a weekend.
#[derive(Debug, Clone)]
pub(crate) struct Trim {
    connection: Arc<Mutex<Connection>>,
    state: State,
    clock: Clock,
    streams: Vec<(String, Vec<Subscription>)>,
}

impl Trim {
    /// Opens a second connection to the database at `path`.
    pub(crate) fn open(path: &Path, config: &Config, state: State) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(INDEX)?;
        let tables = config.storage.tables.iter().filter(|table| table.stream_view.is_some());
        let streams = tables.map(|table| (table.name.clone(), subscriptions(config, &table.logical_id))).collect();
        Ok(Self { connection: Arc::new(Mutex::new(connection)), state, clock: config.clock.clone(), streams })
    }

    /// Deletes old records of all streams. Blocks.
    pub(crate) fn sweep(&self) -> rusqlite::Result<()> {
        for (table, subscriptions) in &self.streams {
            let mut delivered = i64::MAX;
            for subscription in subscriptions {
                let position = self.state.position(subscription)?.unwrap_or_default();
                delivered = delivered.min(stored_sequence(&position).unwrap_or(0));
            }
            while self.remove(table, delivered)? == AT_ONCE {}
        }
        Ok(())
    }

    /// Keeps the last record, because the next sequence number is made from it.
    fn remove(&self, table: &str, delivered: i64) -> rusqlite::Result<usize> {
        let sql = "DELETE FROM _stream_records WHERE id IN (
                       SELECT id FROM (
                           SELECT id, created_at FROM _stream_records
                           WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2
                               AND CAST(sequence_number AS INTEGER) < (
                                   SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records
                                   WHERE table_name = ?1)
                           ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3)
                       WHERE created_at < ?4)";
        let oldest = (self.clock.now_ms() - KEPT_MS).div_euclid(1_000);
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute(sql, params![table, delivered, limit, oldest])
    }
}

fn subscriptions(config: &Config, table: &str) -> Vec<Subscription> {
    let of = |sources: &aviary_template::EventSources| {
        let streams = sources.streams.iter().filter(|source| source.table == table);
        streams.map(|source| Subscription::new(sources, source)).collect::<Vec<_>>()
    };
    config.event_sources.iter().flat_map(of).collect()
}
