//! SQLite, set up so that killing the process loses no committed write.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

/// Opens or creates the database at `path` with the tables of `schema`.
pub(crate) fn open(path: &Path, schema: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    // A write-ahead log survives a killed process without a sync per write.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.execute_batch(schema)?;
    Ok(connection)
}
