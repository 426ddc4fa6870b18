//! Makes the parts' output readable on a terminal.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::{console, process::Lines};

const STARTING: u8 = 0;
const RUNNING: u8 = 1;
const STOPPING: u8 = 2;

/// Shows the parts' output. While they start, only unusual lines are shown, and none while they stop.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    phase: Arc<AtomicU8>,
    /// Where the functions' lines are kept.
    record: Option<Arc<File>>,
}

impl LogView {
    /// A view that also appends the functions' lines to a file, each as a pair of the function and the line.
    pub fn recording(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { record: Some(Arc::new(file)), ..Self::default() })
    }

    /// A receiver of lines that functions write.
    pub fn lines_of_functions(&self) -> Lines {
        let (mut show, record) = (self.lines(), self.record.clone());
        Box::new(move |line| {
            show(line);
            if let Some(mut file) = record.as_deref() {
                let pair = json!([writer(line), line]);
                // One write for a line: tests append to the file too.
                if let Err(error) = file.write_all(format!("{pair}\n").as_bytes()) {
                    console::warn(&format!("a line was not kept: {error}"));
                }
            }
        })
    }

    /// A receiver of lines for one stream.
    pub fn lines(&self) -> Lines {
        let phase = Arc::clone(&self.phase);
        Box::new(move |line| {
            for piece in pieces(line) {
                if let Some(text) = shown(piece, phase.load(Ordering::Relaxed)) {
                    console::say(&text);
                }
            }
        })
    }

    /// From now on everything is shown.
    pub fn ready(&self) {
        self.phase.store(RUNNING, Ordering::Relaxed);
    }

    /// From now on nothing is shown, because stopping parts report each other's absence.
    pub fn stopping(&self) {
        self.phase.store(STOPPING, Ordering::Relaxed);
    }
}

/// The function or the module that wrote a line. All functions write to one pipe.
fn writer(line: &str) -> String {
    let record: Value = pieces(line).filter_map(|piece| serde_json::from_str(piece).ok()).next().unwrap_or_default();
    let name = ["function", "target"].into_iter().find_map(|name| text_of(record.get(name)));
    name.unwrap_or_else(|| "a function".to_owned())
}

/// Several programs write to one pipe, so a JSON line can follow a piece of cargo's output in one line.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let cut = line.find("{\"").filter(|at| line.get(*at..).is_some_and(|rest| rest.ends_with('}')));
    let (before, after) = line.split_at_checked(cut.unwrap_or(0)).unwrap_or(("", line));
    [before, after].into_iter()
}

fn shown(line: &str, phase: u8) -> Option<String> {
    if phase == STOPPING || line.trim().is_empty() {
        return None;
    }
    let Ok(Value::Object(record)) = serde_json::from_str(line) else {
        return (!is_chatter(line)).then(|| line.to_owned());
    };
    let record = flattened(record);
    let level = text_of(record.get("level")).unwrap_or_else(|| "INFO".to_owned()).to_uppercase();
    if phase == STARTING && !matches!(level.as_str(), "WARN" | "ERROR") {
        return None;
    }
    Some(readable(&level, &record))
}

/// Lines that cargo and `cargo lambda watch` write whenever a function starts or is stopped for a rebuild.
fn is_chatter(line: &str) -> bool {
    let text = line.trim();
    [
        "Finished",
        "Running",
        "Blocking",
        "INFO ",
        "waiting for file lock",
        "`dev` profile",
        "`release` profile",
        "`target/",
    ]
    .iter()
    .any(|start| text.starts_with(start))
        || text == "ERROR command killed code=ForceStop"
        // A failed condition is an ordinary answer of DynamoDB that the functions handle.
        || text.contains(" WARN dynoxide::server: error response")
}

/// The time of day, the level, the message, then all other fields as `key=value`.
fn readable(level: &str, record: &Map<String, Value>) -> String {
    let time = text_of(record.get("timestamp").or_else(|| record.get("time")));
    let time = time.as_deref().and_then(|time| time.split('T').nth(1)?.get(..8)).unwrap_or("--:--:--").to_owned();
    let request = request(record);
    let message = request.clone().or_else(|| text_of(record.get("message"))).unwrap_or_default();
    let mut line = format!("{time} {level:<5} {message}");
    for (key, value) in record {
        let said = matches!(key.as_str(), "timestamp" | "time" | "level" | "message" | "target")
            || request.is_some() && (key.starts_with("http.") || key == "duration.ms" || is_metric(key));
        if !said && !value.is_null() {
            line.push_str(&format!(" {key}={}", text_of(Some(value)).unwrap_or_default()));
        }
    }
    line
}

/// What the line has for CloudWatch's metrics, and a person sees elsewhere in it.
fn is_metric(key: &str) -> bool {
    key.starts_with("_aws") || matches!(key, "errors" | "client_errors" | "cold_starts")
}

/// A request's line begins with method, route, status and time.
fn request(record: &Map<String, Value>) -> Option<String> {
    let method = text_of(record.get("http.method"))?;
    let route = text_of(record.get("http.route"))?;
    let status = record.get("http.status")?.as_u64()?;
    let duration = record.get("duration.ms")?.as_f64()?;
    Some(format!("{method} {route} {status} {duration:.1} ms"))
}

/// The record with the members of nested objects at the top, under dotted names. Members of `fields` keep their names.
fn flattened(record: Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (key, value) in record {
        match value {
            Value::Object(inner) => {
                let prefix = if key == "fields" { String::new() } else { format!("{key}.") };
                flat.extend(flattened(inner).into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)));
            }
            other => {
                flat.insert(key, other);
            }
        }
    }
    flat
}

fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{"timestamp":"2025-01-02T03:04:05.678Z","level":"INFO","fields":{"message":"request"},
        "http":{"status":201},"user.id":"u1","note":null}"#;

    #[test]
    fn a_json_line_becomes_a_readable_one() {
        assert_eq!(shown(REQUEST, RUNNING).as_deref(), Some("03:04:05 INFO  request http.status=201 user.id=u1"));
    }

    #[test]
    fn a_requests_line_begins_with_method_route_and_status() {
        let line = r#"{"timestamp":"2025-01-02T03:04:05Z","level":"INFO","message":"request","request.id":"r",
            "http.method":"GET","http.route":"/auth/users/me","http.status":200,"duration.ms":3.652,"dynamodb.round_trips":2}"#;
        assert_eq!(
            shown(line, RUNNING).as_deref(),
            Some("03:04:05 INFO  GET /auth/users/me 200 3.7 ms request.id=r dynamodb.round_trips=2")
        );
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        assert_eq!(shown("warning: unused", RUNNING).as_deref(), Some("warning: unused"));
        assert_eq!(shown("2026-01-01T00:00:00Z  WARN dynoxide::server: error response status=400", RUNNING), None);
        assert_eq!(shown("[1, 2]", RUNNING).as_deref(), Some("[1, 2]"));
    }

    #[test]
    fn a_json_line_in_the_middle_of_another_is_found() {
        let line = format!("    Finished{}", REQUEST.replace('\n', ""));
        let shown: Vec<_> = pieces(&line).filter_map(|piece| shown(piece, RUNNING)).collect();
        assert_eq!(shown, ["03:04:05 INFO  request http.status=201 user.id=u1"]);
        assert_eq!(pieces("plain {text}").collect::<Vec<_>>(), ["", "plain {text}"]);
    }

    #[test]
    fn while_starting_only_the_unusual_is_shown() {
        assert_eq!(shown(REQUEST, STARTING), None);
        assert_eq!(shown("    Finished `dev` profile", STARTING), None);
        let error = REQUEST.replace("INFO", "ERROR");
        assert!(shown(&error, STARTING).is_some());
        assert!(shown("thread 'main' panicked", STARTING).is_some());
    }

    #[test]
    fn the_writer_of_a_line_is_named() {
        assert_eq!(writer(r#"{"target":"aviary_web::request_log","function":"auth"}"#), "auth");
        assert_eq!(writer(r#"  Running {"level":"ERROR","target":"aviary_media"}"#), "aviary_media");
        assert_eq!(writer("thread 'main' panicked"), "a function");
    }

    #[test]
    fn while_stopping_nothing_is_shown() {
        assert_eq!(shown(REQUEST, STOPPING), None);
        assert_eq!(shown("ERROR command killed", STOPPING), None);
    }
}
