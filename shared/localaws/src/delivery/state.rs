//! The position of each delivery, the events that wait, and what was given up.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aviary_template::{EventSources, StreamSource};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde_json::Value;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS stream_positions (
        function TEXT NOT NULL,
        stream TEXT NOT NULL,
        sequence TEXT NOT NULL,
        PRIMARY KEY (function, stream)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        function TEXT NOT NULL,
        event TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS failures (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        failure TEXT NOT NULL
    ) STRICT;
";
/// Only the newest failures are kept, because each has a whole event.
const KEPT_FAILURES: u32 = 1_000;

/// A stream as an event source of a function, which may have several of the same stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) function: String,
    pub(crate) stream: String,
    pub(crate) source: String,
}

impl Subscription {
    /// The subscription of the function of `sources` to `source`.
    pub(crate) fn new(sources: &EventSources, source: &StreamSource) -> Self {
        Self { function: sources.binary.clone(), stream: source.arn.clone(), source: source.name.clone() }
    }

    /// The name of its position.
    fn position(&self) -> String {
        format!("{}#{}", self.stream, self.source)
    }
}

/// Records that were given up, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    pub(crate) function: String,
    pub(crate) stream: String,
    /// Lambda's name of the condition: `RetryAttemptsExhausted` or `RecordAgeExceeded`.
    pub(crate) condition: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) records: usize,
    pub(crate) first_sequence_number: String,
    pub(crate) last_sequence_number: String,
    pub(crate) failed_at: String,
    /// The event of the invocation, to repeat it by hand.
    pub(crate) event: Value,
}

/// The database of the deliveries. All its methods block.
#[derive(Debug, Clone)]
pub(crate) struct State(Arc<Mutex<Connection>>);

impl State {
    /// Opens or creates the file at `path`.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        crate::sqlite::open(path, SCHEMA).map(|connection| Self(Arc::new(Mutex::new(connection))))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        // Every change is a transaction, so a panic leaves no partial change.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The last sequence number that is done; `None` if the function never read this stream.
    pub(crate) fn position(&self, of: &Subscription) -> rusqlite::Result<Option<String>> {
        // A position that was written before a function could have several sources has the stream's name alone.
        let sql = "SELECT sequence FROM stream_positions WHERE function = ?1 AND stream IN (?2, ?3)
                   ORDER BY stream = ?2 DESC LIMIT 1";
        self.with(|connection| {
            let names = [&of.function, &of.position(), &of.stream];
            connection.query_row(sql, names, |row| row.get(0)).optional()
        })
    }

    /// Marks all records up to `sequence` as done.
    pub(crate) fn advance(&self, of: &Subscription, sequence: &str) -> rusqlite::Result<()> {
        self.with(|connection| set_position(connection, of, sequence))
    }

    /// Stores `failure`, and marks all records up to its last one as done.
    pub(crate) fn give_up(&self, of: &Subscription, failure: &Failure) -> rusqlite::Result<()> {
        let text =
            serde_json::to_string(failure).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        self.with(|connection| {
            let transaction = connection.transaction()?;
            add_failure(&transaction, &text)?;
            set_position(&transaction, of, &failure.last_sequence_number)?;
            transaction.commit()
        })
    }

    /// Stores an event for a function, which is due now.
    pub(crate) fn add_event(&self, function: &str, event: &str, now_ms: i64) -> rusqlite::Result<()> {
        let sql = "INSERT INTO events (function, event, attempts, due_ms) VALUES (?1, ?2, 0, ?3)";
        self.with(|connection| connection.execute(sql, params![function, event, now_ms]).map(drop))
    }

    /// The oldest event of a function that is due.
    pub(crate) fn due_event(&self, function: &str, now_ms: i64) -> rusqlite::Result<Option<StoredEvent>> {
        let sql =
            "SELECT id, event, attempts FROM events WHERE function = ?1 AND due_ms <= ?2 ORDER BY due_ms, id LIMIT 1";
        let read =
            |row: &rusqlite::Row<'_>| Ok(StoredEvent { id: row.get(0)?, event: row.get(1)?, attempts: row.get(2)? });
        self.with(|connection| connection.query_row(sql, params![function, now_ms], read).optional())
    }

    /// Removes an event that was handled.
    pub(crate) fn event_done(&self, id: i64) -> rusqlite::Result<()> {
        self.with(|connection| connection.execute("DELETE FROM events WHERE id = ?1", [id]).map(drop))
    }

    /// Counts a failed attempt, and puts the event off.
    pub(crate) fn event_failed(&self, id: i64, due_ms: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE events SET attempts = attempts + 1, due_ms = ?2 WHERE id = ?1";
        self.with(|connection| connection.execute(sql, params![id, due_ms]).map(drop))
    }

    /// Stores the failure of an event, and removes the event.
    pub(crate) fn give_up_event(&self, id: i64, failure: &Value) -> rusqlite::Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            add_failure(&transaction, &failure.to_string())?;
            transaction.execute("DELETE FROM events WHERE id = ?1", [id])?;
            transaction.commit()
        })
    }

    /// The batches that were given up, newest first, as a JSON list.
    pub(crate) fn failures(&self) -> rusqlite::Result<String> {
        let found = self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT failure FROM failures ORDER BY id DESC")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        Ok(format!("[{}]", found.join(",")))
    }
}

/// An event that waits for its function.
#[derive(Debug)]
pub(crate) struct StoredEvent {
    pub(crate) id: i64,
    pub(crate) event: String,
    pub(crate) attempts: u32,
}

fn add_failure(connection: &Connection, failure: &str) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO failures (failure) VALUES (?1)", [failure])?;
    let sql = "DELETE FROM failures WHERE id <= (SELECT MAX(id) FROM failures) - ?1";
    connection.execute(sql, [KEPT_FAILURES]).map(drop)
}

fn set_position(connection: &Connection, of: &Subscription, sequence: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO stream_positions (function, stream, sequence) VALUES (?1, ?2, ?3)
               ON CONFLICT (function, stream) DO UPDATE SET sequence = excluded.sequence";
    connection.execute(sql, params![of.function, of.position(), sequence]).map(drop)
}
