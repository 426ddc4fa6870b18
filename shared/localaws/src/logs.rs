//! The part of CloudWatch Logs that functions and tests use, on a SQLite file of its own.

mod error;
mod events;
mod filter;
mod groups;
mod paging;
mod put;
mod schema;
mod session;
mod streams;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use error::LogsError;
use session::{Answer, Session};

use crate::clock::Clock;
use crate::error::StartError;

/// The log groups, streams and events of one file.
#[derive(Debug, Clone)]
pub(crate) struct Logs {
    connection: Arc<Mutex<Connection>>,
    clock: Clock,
}

impl Logs {
    /// Opens or creates the file at `path`.
    pub(crate) fn open(path: &Path, clock: Clock) -> rusqlite::Result<Self> {
        Ok(Self { connection: Arc::new(Mutex::new(schema::open(path)?)), clock })
    }

    /// Creates the group if it is missing, and sets its retention.
    pub(crate) fn ensure_group(&self, name: &str, retention_days: Option<u32>) -> Result<(), StartError> {
        if !groups::is_name(name) {
            return Err(StartError::Name { what: "log group", name: name.to_owned() });
        }
        Ok(self.with(|session| session.ensure_group(name, retention_days))?)
    }

    /// Deletes events that are older than their group's retention.
    pub(crate) fn sweep(&self) -> rusqlite::Result<usize> {
        self.with(|session| session.sweep())
    }

    /// Performs the operation that `target` names with the JSON `body`.
    pub(crate) async fn call(&self, target: &str, body: Bytes) -> Answer {
        let Some(operation) = target.strip_prefix("Logs_20140328.").map(str::to_owned) else {
            return Err(LogsError::UnknownOperation);
        };
        let logs = self.clone();
        let work = move || logs.with(|session| session.call(&operation, &body));
        tokio::task::spawn_blocking(work).await.map_err(LogsError::internal)?
    }

    fn with<T>(&self, work: impl FnOnce(&mut Session<'_>) -> T) -> T {
        // Every change is a transaction, so a panic leaves no partial change.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut Session { connection: &mut connection, now_ms: self.clock.now_ms() })
    }
}

impl Session<'_> {
    fn call(&mut self, operation: &str, body: &[u8]) -> Answer {
        match operation {
            "CreateLogGroup" => self.create_group(read(body)?),
            "DeleteLogGroup" => self.delete_group(read(body)?),
            "DescribeLogGroups" => answer(&self.describe_groups(read(body)?)?),
            "PutRetentionPolicy" => self.put_retention(read(body)?),
            "DeleteRetentionPolicy" => self.delete_retention(read(body)?),
            "CreateLogStream" => self.create_stream(read(body)?),
            "DeleteLogStream" => self.delete_stream(read(body)?),
            "DescribeLogStreams" => answer(&self.describe_streams(read(body)?)?),
            "PutLogEvents" => answer(&self.put_events(read(body)?)?),
            "GetLogEvents" => answer(&self.get_events(&read(body)?)?),
            "FilterLogEvents" => answer(&self.filter_events(&read(body)?)?),
            _ => Err(LogsError::UnknownOperation),
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, LogsError> {
    serde_json::from_slice(body).map_err(|error| LogsError::Serialization(error.to_string()))
}

fn answer(value: &impl Serialize) -> Answer {
    serde_json::to_string(value).map_err(LogsError::internal)
}
