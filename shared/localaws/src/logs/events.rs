//! Reads events: of one stream in either direction, or of a group by filter.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::error::LogsError;
use super::filter::Pattern;
use super::groups::name;
use super::paging::{Position, invalid_token, limit, rows};
use super::session::Session;

const MAX_PAGE: usize = 10_000;
/// A response has about this many bytes of messages.
const MAX_BYTES: usize = 1_048_576;
/// Events that one request examines. After that it returns what it found and a token, as AWS does.
const MAX_SCAN: usize = 50_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    #[serde(default)]
    start_from_head: bool,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetAnswer {
    events: Vec<OutputEvent>,
    next_forward_token: String,
    next_backward_token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutputEvent {
    #[serde(skip)]
    id: i64,
    timestamp: i64,
    message: String,
    ingestion_time: i64,
}

impl OutputEvent {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, timestamp: row.get(1)?, ingestion_time: row.get(2)?, message: row.get(3)? })
    }

    fn position(&self) -> Position {
        Position { timestamp_ms: self.timestamp, id: self.id }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilterRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    filter_pattern: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilterAnswer {
    events: Vec<FilteredEvent>,
    searched_log_streams: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FilteredEvent {
    log_stream_name: String,
    timestamp: i64,
    message: String,
    ingestion_time: i64,
    event_id: String,
}

/// Where a page of one stream begins, and its direction.
enum From {
    After(Position),
    Before(Position),
}

/// Positions before and after all events.
const HEAD: Position = Position { timestamp_ms: i64::MIN, id: 0 };
const TAIL: Position = Position { timestamp_ms: i64::MAX, id: 0 };

impl From {
    /// The first and last position of an empty page. The forward token stays the same, by which a client recognises the
    /// end; the backward token begins with the event before the page.
    fn empty(&self) -> (Position, Position) {
        match *self {
            Self::After(at) => (Position { id: at.id.saturating_add(1), ..at }, at),
            // An empty stream has no tail: new events come after its head.
            Self::Before(TAIL) => (HEAD, HEAD),
            Self::Before(at) => (at, Position { id: at.id.saturating_sub(1), ..at }),
        }
    }
}

impl GetRequest {
    fn from(&self) -> Result<From, LogsError> {
        let Some(token) = &self.next_token else {
            return Ok(if self.start_from_head { From::After(HEAD) } else { From::Before(TAIL) });
        };
        let forward = Position::parse(token, "f").map(From::After);
        forward.or_else(|| Position::parse(token, "b").map(From::Before)).ok_or_else(invalid_token)
    }
}

impl Session<'_> {
    pub(super) fn get_events(&self, request: &GetRequest) -> Result<GetAnswer, LogsError> {
        let limit = limit(request.limit, MAX_PAGE)?;
        let group = name(request.log_group_name.as_ref(), request.log_group_identifier.as_ref())?;
        let stream = self.require_stream(&group, &request.log_stream_name)?;
        let from = request.from()?;
        let (at, comparison, order) = match from {
            From::After(at) => (at, ">", "ASC"),
            From::Before(at) => (at, "<", "DESC"),
        };
        let sql = format!(
            "SELECT id, timestamp_ms, ingestion_ms, message FROM log_events
             WHERE stream = ?1 AND timestamp_ms >= ?2 AND timestamp_ms < ?3
               AND (timestamp_ms, id) {comparison} (?4, ?5)
             ORDER BY timestamp_ms {order}, id {order} LIMIT ?6"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let (start, end) = (request.start_time.unwrap_or(0), request.end_time.unwrap_or(i64::MAX));
        let found =
            statement.query_map(params![stream, start, end, at.timestamp_ms, at.id, rows(limit)], OutputEvent::read)?;
        let mut events = Vec::new();
        let mut bytes = 0;
        for event in found {
            let event = event?;
            bytes += event.message.len();
            if bytes > MAX_BYTES && !events.is_empty() {
                break;
            }
            events.push(event);
        }
        if order == "DESC" {
            events.reverse();
        }
        let (first, last) = match events.first().zip(events.last()) {
            Some((first, last)) => (first.position(), last.position()),
            None => from.empty(),
        };
        Ok(GetAnswer { events, next_forward_token: last.token("f"), next_backward_token: first.token("b") })
    }

    pub(super) fn filter_events(&self, request: &FilterRequest) -> Result<FilterAnswer, LogsError> {
        let limit = limit(request.limit, MAX_PAGE)?;
        let group = name(request.log_group_name.as_ref(), request.log_group_identifier.as_ref())?;
        self.require_group(&group)?;
        let pattern = Pattern::parse(request.filter_pattern.as_deref().unwrap_or_default())
            .map_err(|reason| LogsError::invalid(format!("Invalid filter pattern: {reason}")))?;
        if request.log_stream_name_prefix.is_some() && !request.log_stream_names.is_empty() {
            return Err(LogsError::invalid("logStreamNames and logStreamNamePrefix cannot be given together."));
        }
        for stream in &request.log_stream_names {
            self.require_stream(&group, stream)?;
        }
        let after = match &request.next_token {
            Some(token) => Position::parse(token, "p").ok_or_else(invalid_token)?,
            None => Position { timestamp_ms: i64::MIN, id: 0 },
        };
        self.scan(&group, request, &pattern, after, limit)
    }

    fn scan(
        &self,
        group: &str,
        request: &FilterRequest,
        pattern: &Pattern,
        after: Position,
        limit: usize,
    ) -> Result<FilterAnswer, LogsError> {
        let sql = "SELECT log_events.id, timestamp_ms, ingestion_ms, message, log_streams.name
                   FROM log_events JOIN log_streams ON log_streams.id = log_events.stream
                   WHERE log_events.log_group = ?1 AND timestamp_ms BETWEEN ?2 AND ?3
                     AND (timestamp_ms, log_events.id) > (?4, ?5)
                   ORDER BY timestamp_ms, log_events.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let (start, end) = (request.start_time.unwrap_or(0), request.end_time.unwrap_or(i64::MAX));
        let mut found = statement.query(params![group, start, end, after.timestamp_ms, after.id])?;
        let prefix = request.log_stream_name_prefix.as_deref().unwrap_or_default();
        let names = &request.log_stream_names;
        let mut events = Vec::new();
        let (mut bytes, mut scanned, mut last) = (0, 0, after);
        let mut full = false;
        while let Some(row) = found.next()? {
            if full {
                return Ok(FilterAnswer { events, searched_log_streams: [], next_token: Some(last.token("p")) });
            }
            let event = OutputEvent::read(row)?;
            let stream: String = row.get(4)?;
            last = event.position();
            scanned += 1;
            let wanted = stream.starts_with(prefix) && (names.is_empty() || names.contains(&stream));
            if wanted && pattern.matches(&event.message) {
                bytes += event.message.len();
                events.push(FilteredEvent {
                    event_id: format!("{:056}", event.id),
                    log_stream_name: stream,
                    timestamp: event.timestamp,
                    message: event.message,
                    ingestion_time: event.ingestion_time,
                });
            }
            full = events.len() >= limit || bytes >= MAX_BYTES || scanned >= MAX_SCAN;
        }
        Ok(FilterAnswer { events, searched_log_streams: [], next_token: None })
    }
}
