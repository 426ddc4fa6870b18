//! The operation PutLogEvents, with CloudWatch's limits.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::error::LogsError;
use super::session::Session;

const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 1_048_576;
/// The bytes that CloudWatch adds to each event's size.
const EVENT_OVERHEAD: usize = 26;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
const TOO_OLD_MS: i64 = 14 * DAY_MS;
const TOO_NEW_MS: i64 = 2 * HOUR_MS;
/// AWS no longer needs sequence tokens, but old clients expect one.
pub(super) const SEQUENCE_TOKEN: &str = "49039859630613040101";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    log_group_name: String,
    log_stream_name: String,
    log_events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    timestamp: i64,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutAnswer {
    next_sequence_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_events_info: Option<Rejected>,
}

/// The events that were not stored: those before an end index, and those from a start index on.
#[derive(Serialize, Default, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    #[serde(skip_serializing_if = "Option::is_none")]
    too_old_log_event_end_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired_log_event_end_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    too_new_log_event_start_index: Option<usize>,
}

fn check(events: &[Event]) -> Result<(), LogsError> {
    if !(1..=MAX_EVENTS).contains(&events.len()) {
        return Err(LogsError::invalid(format!("A batch has between 1 and {MAX_EVENTS} log events.")));
    }
    if let Some(at) = events.iter().position(|event| event.message.is_empty() || event.timestamp < 0) {
        return Err(LogsError::invalid(format!("Log event {at} has no message, or a time before 1970.")));
    }
    let size: usize = events.iter().map(|event| event.message.len() + EVENT_OVERHEAD).sum();
    if size > MAX_BYTES {
        return Err(LogsError::invalid(format!("Upload too large: {size} bytes exceeds limit of {MAX_BYTES}")));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(LogsError::invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    let span = events.first().zip(events.last()).map_or(0, |(first, last)| last.timestamp - first.timestamp);
    if span > DAY_MS {
        return Err(LogsError::invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    Ok(())
}

/// The range of events to store, and the report about the others.
fn accept(events: &[Event], now_ms: i64, retention_days: Option<u32>) -> (std::ops::Range<usize>, Rejected) {
    let before = |limit: i64| events.partition_point(|event| event.timestamp < limit);
    let too_old = before(now_ms - TOO_OLD_MS);
    let expired = retention_days.map_or(0, |days| before(now_ms - i64::from(days) * DAY_MS));
    let new_from = events.partition_point(|event| event.timestamp <= now_ms + TOO_NEW_MS);
    let rejected = Rejected {
        too_old_log_event_end_index: (too_old > 0).then_some(too_old),
        expired_log_event_end_index: (expired > too_old).then_some(expired),
        too_new_log_event_start_index: (new_from < events.len()).then_some(new_from),
    };
    (too_old.max(expired).min(new_from)..new_from, rejected)
}

impl Session<'_> {
    pub(super) fn put_events(&mut self, request: PutRequest) -> Result<PutAnswer, LogsError> {
        let PutRequest { log_group_name: group, log_stream_name, log_events } = request;
        check(&log_events)?;
        let stream = self.require_stream(&group, &log_stream_name)?;
        let (kept, rejected) = accept(&log_events, self.now_ms, self.retention(&group)?);
        self.insert(&group, stream, log_events.get(kept).unwrap_or_default())?;
        Ok(PutAnswer {
            next_sequence_token: SEQUENCE_TOKEN,
            rejected_log_events_info: (rejected != Rejected::default()).then_some(rejected),
        })
    }

    fn insert(&mut self, group: &str, stream: i64, events: &[Event]) -> Result<(), LogsError> {
        let Some((first, last)) = events.first().zip(events.last()) else { return Ok(()) };
        let now_ms = self.now_ms;
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO log_events (stream, log_group, timestamp_ms, ingestion_ms, message)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for event in events {
                insert.execute(params![stream, group, event.timestamp, now_ms, event.message])?;
            }
        }
        transaction.execute(
            "UPDATE log_streams SET last_ingestion_ms = ?2,
                 first_event_ms = MIN(COALESCE(first_event_ms, ?3), ?3),
                 last_event_ms = MAX(COALESCE(last_event_ms, ?4), ?4)
             WHERE id = ?1",
            params![stream, now_ms, first.timestamp, last.timestamp],
        )?;
        Ok(transaction.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn events(times: &[i64]) -> Vec<Event> {
        times.iter().map(|&timestamp| Event { timestamp, message: "m".to_owned() }).collect()
    }

    #[test]
    fn events_too_old_expired_or_too_new_are_not_stored_but_reported() {
        let day = |days: i64| NOW - days * DAY_MS;
        let (kept, rejected) = accept(&events(&[day(15), day(14), day(8), day(7), NOW]), NOW, Some(7));
        assert_eq!(kept, 3..5);
        assert_eq!(rejected.too_old_log_event_end_index, Some(1));
        assert_eq!(rejected.expired_log_event_end_index, Some(3));
        assert_eq!(rejected.too_new_log_event_start_index, None);

        let (kept, rejected) = accept(&events(&[NOW, NOW + TOO_NEW_MS, NOW + TOO_NEW_MS + 1]), NOW, None);
        assert_eq!(kept, 0..2);
        assert_eq!(rejected, Rejected { too_new_log_event_start_index: Some(2), ..Rejected::default() });
    }

    #[test]
    fn a_batch_that_is_empty_unordered_too_long_or_too_large_is_refused() {
        assert!(check(&events(&[NOW, NOW, NOW + DAY_MS])).is_ok());
        assert!(check(&[]).is_err());
        assert!(check(&events(&[NOW, NOW - 1])).is_err());
        assert!(check(&events(&[NOW, NOW + DAY_MS + 1])).is_err());
        assert!(check(&events(&vec![NOW; MAX_EVENTS])).is_ok());
        assert!(check(&events(&vec![NOW; MAX_EVENTS + 1])).is_err());
        let of = |length: usize| [Event { timestamp: NOW, message: "x".repeat(length) }];
        assert!(check(&of(MAX_BYTES - EVENT_OVERHEAD)).is_ok());
        assert!(check(&of(MAX_BYTES - EVENT_OVERHEAD + 1)).is_err());
        assert!(check(&of(0)).is_err());
    }
}
