//! Reads logs from CloudWatch, above all the audit trail.

use aviary_model::Timestamp;
use aviary_web::ApiError;
use aws_sdk_cloudwatchlogs::error::DisplayErrorContext;
use serde_json::Value as Json;

use crate::chart::Bar;
use crate::state::AdminState;

/// A line of a log, as it was written.
#[derive(Clone, Debug)]
pub(crate) struct LogEntry {
    pub(crate) at: Timestamp,
    pub(crate) fields: Json,
}

impl LogEntry {
    /// A field of the line. Empty if it has none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Json::as_str).unwrap_or_default()
    }
}

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditSearch {
    /// The words that an event must contain: ids and names of events.
    pub(crate) terms: Vec<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct AuditPage {
    /// The events, newest first.
    pub(crate) entries: Vec<LogEntry>,
    /// Whether the time that was searched held more.
    pub(crate) more: bool,
}

/// The most events that a page shows.
const SHOWN: usize = 100;
/// The most calls for one page. CloudWatch may answer pages without an event while it searches.
const CALLS: u32 = 20;
const HOUR_MILLIS: i64 = 3_600_000;
/// How far back a search without a beginning looks, in seconds, until something is found.
const BACK: [i64; 4] = [3_600, 24 * 3_600, 7 * 24 * 3_600, 90 * 24 * 3_600];

/// The newest events that match. CloudWatch lists the oldest first, so a search without a beginning looks back further
/// and further.
///
/// # Errors
/// 503 if CloudWatch does not answer.
pub(crate) async fn search(state: &AdminState, search: &AuditSearch) -> Result<AuditPage, ApiError> {
    let until = search.until.unwrap_or_else(|| state.account.clock.now().plus_seconds(60));
    if let Some(from) = search.from {
        return between(state, search, from, until).await;
    }
    let mut page = AuditPage { entries: Vec::new(), more: false };
    for seconds in BACK {
        page = between(state, search, until.plus_seconds(-seconds), until).await?;
        if page.entries.len() >= SHOWN / 4 {
            break;
        }
    }
    Ok(page)
}

/// The logins and signups of each of the last 24 hours, and how many logins failed, oldest first. On a busy service the
/// count stops after some thousands of events.
///
/// # Errors
/// 503 if CloudWatch does not answer.
pub(crate) async fn logins_by_hour(state: &AdminState) -> Result<Vec<Bar>, ApiError> {
    let now = state.account.clock.now();
    let first = now.millis().div_euclid(HOUR_MILLIS) - 23;
    let from = Timestamp::from_millis(first * HOUR_MILLIS);
    let read = LogRead { time: (from, now.plus_seconds(60)), pattern: Some("?login ?signup"), ..of_trail(state) };
    let (entries, _) = read_log(state, read).await?;
    let bars = (first..first + 24).map(|hour| {
        let of_hour = entries.iter().filter(|entry| entry.at.millis().div_euclid(HOUR_MILLIS) == hour);
        let events: Vec<&str> = of_hour.map(|entry| entry.field("event")).collect();
        let count = |names: &[&str]| {
            let found = events.iter().filter(|event| names.contains(*event)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let label = format!("{:02}:00", hour.rem_euclid(24));
        Bar { label, count: count(&["login", "signup", "login_failed"]), failed: count(&["login_failed"]) }
    });
    Ok(bars.collect())
}

/// All of the audit trail.
fn of_trail(state: &AdminState) -> LogRead<'_> {
    let all = (Timestamp::from_millis(0), state.account.clock.now());
    LogRead { group: &state.audit_group, time: all, pattern: None, calls: CALLS }
}

async fn between(
    state: &AdminState,
    search: &AuditSearch,
    from: Timestamp,
    until: Timestamp,
) -> Result<AuditPage, ApiError> {
    let pattern: Vec<String> = search.terms.iter().map(|term| format!("\"{}\"", term.replace('"', ""))).collect();
    let pattern = (!pattern.is_empty()).then(|| pattern.join(" "));
    let read = LogRead { time: (from, until), pattern: pattern.as_deref(), ..of_trail(state) };
    let (mut entries, cut_off) = read_log(state, read).await?;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    let more = cut_off || entries.len() > SHOWN;
    entries.truncate(SHOWN);
    Ok(AuditPage { entries, more })
}

/// What to read of a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogRead<'a> {
    pub(crate) group: &'a str,
    /// From the first moment until the second.
    pub(crate) time: (Timestamp, Timestamp),
    pub(crate) pattern: Option<&'a str>,
    /// The most calls.
    pub(crate) calls: u32,
}

/// The lines of a log that match, oldest first, and whether there are more.
///
/// # Errors
/// 503 if CloudWatch does not answer.
pub(crate) async fn read_log(state: &AdminState, read: LogRead<'_>) -> Result<(Vec<LogEntry>, bool), ApiError> {
    let (mut entries, mut token) = (Vec::new(), None);
    for _ in 0..read.calls {
        let call = state
            .logs
            .filter_log_events()
            .log_group_name(read.group)
            .start_time(read.time.0.millis())
            .end_time(read.time.1.millis())
            .set_filter_pattern(read.pattern.map(ToOwned::to_owned))
            .set_next_token(token.take());
        let output = call.send().await.map_err(|error| ApiError::unavailable(DisplayErrorContext(error)))?;
        entries.extend(output.events.unwrap_or_default().into_iter().filter_map(|event| {
            let fields = serde_json::from_str(event.message.as_deref()?).ok()?;
            Some(LogEntry { at: Timestamp::from_millis(event.timestamp?), fields })
        }));
        match output.next_token {
            Some(next) => token = Some(next),
            None => return Ok((entries, false)),
        }
    }
    Ok((entries, true))
}
