//! The database and the time that every operation of CloudWatch Logs works with.

use rusqlite::Connection;

use super::error::LogsError;

/// The JSON of a response.
pub(super) type Answer = Result<String, LogsError>;

/// One running operation: the database and the time of the request.
pub(super) struct Session<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) now_ms: i64,
}
