//! Tokens of pages. They are positions in the documented order, so they stay valid while events come and go.

use super::error::LogsError;

/// The position of an event: its time and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) timestamp_ms: i64,
    pub(super) id: i64,
}

impl Position {
    pub(super) fn token(self, prefix: &str) -> String {
        format!("{prefix}/{}/{}", self.timestamp_ms, self.id)
    }

    pub(super) fn parse(token: &str, prefix: &str) -> Option<Self> {
        let (timestamp_ms, id) = token.strip_prefix(prefix)?.strip_prefix('/')?.split_once('/')?;
        Some(Self { timestamp_ms: timestamp_ms.parse().ok()?, id: id.parse().ok()? })
    }
}

/// The requested page size, if it is within `1..=max`.
pub(super) fn limit(asked: Option<i64>, max: usize) -> Result<usize, LogsError> {
    let Some(asked) = asked else { return Ok(max) };
    match usize::try_from(asked) {
        Ok(limit) if (1..=max).contains(&limit) => Ok(limit),
        _ => Err(LogsError::invalid(format!("The limit must be between 1 and {max}."))),
    }
}

/// Cuts `items`, read with one more than `limit`, to the page. If there is more, the last one's name is the next token.
pub(super) fn page<T>(mut items: Vec<T>, limit: usize, name: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit;
    items.truncate(limit);
    let token = items.last().filter(|_| more).map(name);
    (items, token)
}

pub(super) fn invalid_token() -> LogsError {
    LogsError::invalid("The specified nextToken is invalid.")
}

/// A number of rows in SQLite's type.
pub(super) fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
