//! Log streams.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::error::LogsError;
use super::groups::{arn, is_conflict, name};
use super::paging::{invalid_token, limit, page, rows};
use super::session::{Answer, Session};

const MAX_PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamRequest {
    log_group_name: String,
    log_stream_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    #[serde(default)]
    order_by: OrderBy,
    #[serde(default)]
    descending: bool,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Deserialize, Default, PartialEq, Clone, Copy)]
enum OrderBy {
    #[default]
    LogStreamName,
    LastEventTime,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeAnswer {
    log_streams: Vec<Stream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    log_stream_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ingestion_time: Option<i64>,
    upload_sequence_token: &'static str,
    arn: String,
    stored_bytes: i64,
}

fn is_name(name: &str) -> bool {
    (1..=512).contains(&name.len()) && !name.contains([':', '*'])
}

fn stream(group: &str, row: &Row<'_>) -> rusqlite::Result<Stream> {
    let name: String = row.get(0)?;
    Ok(Stream {
        arn: format!("{}:log-stream:{name}", arn(group)),
        log_stream_name: name,
        creation_time: row.get(1)?,
        first_event_timestamp: row.get(2)?,
        last_event_timestamp: row.get(3)?,
        last_ingestion_time: row.get(4)?,
        upload_sequence_token: super::put::SEQUENCE_TOKEN,
        stored_bytes: 0,
    })
}

impl Session<'_> {
    pub(super) fn create_stream(&self, request: StreamRequest) -> Answer {
        let StreamRequest { log_group_name, log_stream_name } = request;
        if !is_name(&log_stream_name) {
            return Err(LogsError::invalid(format!(
                "Value {log_stream_name:?} at 'logStreamName' must have 1 to 512 characters, none of them : or *"
            )));
        }
        self.require_group(&log_group_name)?;
        let sql = "INSERT INTO log_streams (log_group, name, created_ms) VALUES (?1, ?2, ?3)";
        match self.connection.execute(sql, params![log_group_name, log_stream_name, self.now_ms]) {
            Ok(_) => Ok(String::new()),
            Err(error) if is_conflict(&error) => Err(LogsError::AlreadyExists("log stream")),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn delete_stream(&self, request: StreamRequest) -> Answer {
        self.require_group(&request.log_group_name)?;
        let sql = "DELETE FROM log_streams WHERE log_group = ?1 AND name = ?2";
        match self.connection.execute(sql, [request.log_group_name, request.log_stream_name])? {
            0 => Err(LogsError::NotFound("log stream")),
            _ => Ok(String::new()),
        }
    }

    pub(super) fn require_stream(&self, group: &str, stream: &str) -> Result<i64, LogsError> {
        self.require_group(group)?;
        let sql = "SELECT id FROM log_streams WHERE log_group = ?1 AND name = ?2";
        let found = self.connection.query_row(sql, [group, stream], |row| row.get(0)).optional()?;
        found.ok_or(LogsError::NotFound("log stream"))
    }

    pub(super) fn describe_streams(&self, request: DescribeRequest) -> Result<DescribeAnswer, LogsError> {
        let limit = limit(request.limit, MAX_PAGE)?;
        let group = name(request.log_group_name.as_ref(), request.log_group_identifier.as_ref())?;
        self.require_group(&group)?;
        let by_time = request.order_by == OrderBy::LastEventTime;
        if by_time && request.log_stream_name_prefix.is_some() {
            return Err(LogsError::invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        let prefix = request.log_stream_name_prefix.unwrap_or_default();
        // There are few streams and their times change, so an offset is good enough, as on AWS.
        let offset: i64 = match request.next_token {
            Some(token) => token.parse().map_err(|_| invalid_token())?,
            None => 0,
        };
        let order = match (by_time, request.descending) {
            (false, false) => "name",
            (false, true) => "name DESC",
            (true, false) => "last_event_ms, name",
            (true, true) => "last_event_ms DESC, name DESC",
        };
        let sql = format!(
            "SELECT name, created_ms, first_event_ms, last_event_ms, last_ingestion_ms FROM log_streams
             WHERE log_group = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY {order} LIMIT ?3 OFFSET ?4"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let found = statement.query_map(params![group, prefix, rows(limit + 1), offset], |row| stream(&group, row))?;
        let streams = found.collect::<rusqlite::Result<Vec<_>>>()?;
        let (log_streams, next_token) = page(streams, limit, |_| (offset + rows(limit)).to_string());
        Ok(DescribeAnswer { log_streams, next_token })
    }
}
