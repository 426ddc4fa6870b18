//! The tables of the logs' database.

use std::path::Path;

use rusqlite::Connection;

/// Deleting a group deletes its streams, deleting a stream its events.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS log_groups (
        name TEXT PRIMARY KEY,
        created_ms INTEGER NOT NULL,
        retention_days INTEGER,
        stored_bytes INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_streams (
        id INTEGER PRIMARY KEY,
        log_group TEXT NOT NULL REFERENCES log_groups (name) ON DELETE CASCADE,
        name TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        first_event_ms INTEGER,
        last_event_ms INTEGER,
        last_ingestion_ms INTEGER,
        UNIQUE (log_group, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS log_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        stream INTEGER NOT NULL REFERENCES log_streams (id) ON DELETE CASCADE,
        log_group TEXT NOT NULL,
        timestamp_ms INTEGER NOT NULL,
        ingestion_ms INTEGER NOT NULL,
        message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS log_events_of_stream ON log_events (stream, timestamp_ms, id);
    CREATE INDEX IF NOT EXISTS log_events_of_group ON log_events (log_group, timestamp_ms, id);
    CREATE TRIGGER IF NOT EXISTS log_event_added AFTER INSERT ON log_events BEGIN
        UPDATE log_groups SET stored_bytes = stored_bytes + 26 + octet_length(NEW.message) WHERE name = NEW.log_group;
    END;
    CREATE TRIGGER IF NOT EXISTS log_event_removed AFTER DELETE ON log_events BEGIN
        UPDATE log_groups SET stored_bytes = stored_bytes - 26 - octet_length(OLD.message) WHERE name = OLD.log_group;
    END;
";

/// Opens or creates the database at `path`.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    crate::sqlite::open(path, SCHEMA)
}
