//! Reads the functions' own logs: the line of each request, which is a metric record too, and the lines of errors.

use aviary_model::Timestamp;
use aviary_web::ApiError;
use futures_util::StreamExt;
use serde_json::Value as Json;

use crate::audit_log::{LogEntry, LogRead, read_log};
use crate::state::AdminState;

/// What is read: lines of requests, and lines of level ERROR.
const PATTERN: &str = r#"{ $.message = "request" || $.level = "ERROR" }"#;
/// The times that are tried for a function, in minutes. A function that wrote more than the calls return is read anew
/// for the shorter one.
const MINUTES: [i64; 2] = [60, 5];
/// The most calls for one function and one time. A call returns a megabyte: more than a thousand requests.
const CALLS: u32 = 2;
/// Logs that are read at once. CloudWatch bounds an account's searches in a second.
const AT_ONCE: usize = 4;

/// What a function wrote lately, oldest first.
#[derive(Debug)]
pub(crate) struct FunctionLog {
    pub(crate) name: String,
    /// The minutes that were read.
    pub(crate) minutes: i64,
    pub(crate) lines: Vec<LogEntry>,
    /// Whether those minutes had more lines.
    pub(crate) cut_off: bool,
}

impl FunctionLog {
    pub(crate) fn requests(&self) -> impl Iterator<Item = &LogEntry> {
        self.lines.iter().filter(|line| line.field("message") == "request")
    }

    /// Requests that failed, and other lines of errors.
    pub(crate) fn troubles(&self) -> impl Iterator<Item = &LogEntry> {
        self.lines.iter().filter(|line| line.field("message") != "request" || line.number("errors") > 0.0)
    }

    /// The sum of a metric over all requests.
    pub(crate) fn sum(&self, metric: &str) -> f64 {
        // The sum of nothing would be -0.
        self.requests().map(|line| line.number(metric)).fold(0.0, |sum, value| sum + value)
    }

    /// The duration in milliseconds that this share of the requests (0.5: half) did not exceed.
    pub(crate) fn duration(&self, share: f64) -> Option<f64> {
        let mut durations: Vec<f64> = self.requests().map(|line| line.number("duration.ms")).collect();
        durations.sort_by(f64::total_cmp);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let at = (durations.len() as f64 * share).ceil() as usize;
        durations.get(at.max(1) - 1).copied()
    }
}

/// The logs of all functions, in their order. A log that does not answer is an error of that function alone.
pub(crate) async fn read_all(state: &AdminState) -> Vec<(String, Result<FunctionLog, ApiError>)> {
    // A list of them: a stream over a closure that borrows is not `Send` for every lifetime.
    let reads: Vec<_> = state.function_groups.iter().map(|group| named(state, group)).collect();
    futures_util::stream::iter(reads).buffered(AT_ONCE).collect().await
}

async fn named(state: &AdminState, group: &str) -> (String, Result<FunctionLog, ApiError>) {
    let name = group.rsplit('/').next().unwrap_or(group).to_owned();
    let log = read(state, group, name.clone()).await;
    (name, log)
}

async fn read(state: &AdminState, group: &str, name: String) -> Result<FunctionLog, ApiError> {
    let now = state.account.clock.now();
    let mut log = FunctionLog { name, minutes: 0, lines: Vec::new(), cut_off: false };
    for minutes in MINUTES {
        let time = (now.plus_seconds(-60 * minutes), now.plus_seconds(60));
        let (lines, cut_off) = read_log(state, LogRead { group, time, pattern: Some(PATTERN), calls: CALLS }).await?;
        log = FunctionLog { minutes, lines, cut_off, ..log };
        if !cut_off {
            break;
        }
    }
    Ok(log)
}

impl LogEntry {
    /// A number of the line; 0 if it has none.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.fields.get(name).and_then(Json::as_f64).unwrap_or_default()
    }

    /// The start of the span of so many minutes in which it was written.
    pub(crate) fn span(&self, minutes: i64) -> Timestamp {
        let length = minutes * 60_000;
        Timestamp::from_millis(self.at.millis().div_euclid(length) * length)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn log(lines: &[Json]) -> FunctionLog {
        let at = Timestamp::from_millis(1_800_000_000_000);
        let lines = lines.iter().map(|fields| LogEntry { at, fields: fields.clone() }).collect();
        FunctionLog { name: "auth".to_owned(), minutes: 60, lines, cut_off: false }
    }

    #[test]
    fn requests_are_summed_and_their_durations_ranked() {
        let request = |ms: u32, errors: u32| json!({"message": "request", "duration.ms": ms, "errors": errors});
        let mut lines: Vec<Json> = (1..=20).rev().map(|ms| request(ms, u32::from(ms == 7))).collect();
        lines.push(json!({"message": "a check failed", "level": "ERROR", "duration.ms": 9_000}));
        let log = log(&lines);
        assert_eq!(log.requests().count(), 20);
        assert_eq!(log.sum("errors"), 1.0);
        assert_eq!((log.duration(0.5), log.duration(0.95)), (Some(10.0), Some(19.0)));
        assert_eq!(log.troubles().count(), 2);
    }

    #[test]
    fn no_requests_have_no_durations() {
        assert_eq!(log(&[]).duration(0.95), None);
        assert_eq!(log(&[json!({"message": "request", "duration.ms": 3})]).duration(0.95), Some(3.0));
    }
}
