//! Hands the functions' lines to their log groups in the local AWS, as Lambda does on AWS.
//!
//! All functions write to one pipe, so only a line that names its function finds its group: that of a request.

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use aviary_template::Function;
use serde_json::{Value, json};

use crate::console;

/// Lines that come within this time of each other are handed over together.
const TOGETHER: Duration = Duration::from_millis(100);
/// The most lines of one call.
const MOST: usize = 1_000;
const STREAM: &str = "local";

/// Takes lines. Dropping all copies ends the thread that hands them over.
#[derive(Clone, Debug)]
pub(super) struct FunctionLogs(Sender<Line>);

#[derive(Debug)]
struct Line {
    function: String,
    at_millis: u64,
    text: String,
}

impl FunctionLogs {
    /// Begins to hand lines of these functions to the local AWS at this address.
    pub(super) fn start(functions: &[Function], aws: &str) -> Self {
        let (sender, lines) = channel();
        let named =
            functions.iter().filter_map(|function| Some((function.binary.clone(), function.log_group.clone()?)));
        let (groups, aws) = (named.collect::<BTreeMap<_, _>>(), aws.to_owned());
        thread::spawn(move || deliver(&lines, &groups, &aws));
        Self(sender)
    }

    /// Takes a piece of the functions' output.
    pub(super) fn take(&self, piece: &str) {
        if let Some(line) = Line::of(piece) {
            // The thread ends only with this value.
            let _ = self.0.send(line);
        }
    }
}

impl Line {
    fn of(piece: &str) -> Option<Self> {
        let record: Value = serde_json::from_str(piece).ok()?;
        let function = record.get("function")?.as_str()?.to_owned();
        let at_millis = record.pointer("/_aws/Timestamp").and_then(Value::as_u64)?;
        Some(Self { function, at_millis, text: piece.to_owned() })
    }
}

fn deliver(lines: &Receiver<Line>, groups: &BTreeMap<String, String>, aws: &str) {
    for group in groups.values() {
        // It may be there from an earlier run.
        let _ = call(aws, "CreateLogStream", &json!({"logGroupName": group, "logStreamName": STREAM}));
    }
    let mut warned = false;
    while let Ok(first) = lines.recv() {
        let mut together = vec![first];
        while together.len() < MOST {
            let Ok(next) = lines.recv_timeout(TOGETHER) else { break };
            together.push(next);
        }
        for (group, events) in by_group(together, groups) {
            let body = json!({"logGroupName": group, "logStreamName": STREAM, "logEvents": events});
            // At the end the local AWS may stop first.
            if call(aws, "PutLogEvents", &body).is_err() && !warned {
                warned = true;
                console::warn("Note: the local AWS did not take some lines of the functions' logs.");
            }
        }
    }
}

/// The events of each group in the order of time, which CloudWatch demands.
fn by_group(mut lines: Vec<Line>, groups: &BTreeMap<String, String>) -> BTreeMap<&str, Vec<Value>> {
    lines.sort_by_key(|line| line.at_millis);
    let mut events: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for line in lines {
        if let Some(group) = groups.get(&line.function) {
            events.entry(group).or_default().push(json!({"timestamp": line.at_millis, "message": line.text}));
        }
    }
    events
}

/// Calls CloudWatch Logs in the local AWS, and returns its answer.
pub fn call(aws: &str, operation: &str, body: &Value) -> anyhow::Result<Value> {
    let asked = ureq::post(aws)
        .header("x-amz-target", format!("Logs_20140328.{operation}"))
        .content_type("application/x-amz-json-1.1");
    let text = asked.send(body.to_string())?.into_body().read_to_string()?;
    Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn a_line_goes_to_the_group_of_its_function_in_the_order_of_time() {
        let line = |function: &str, at: u64| {
            let text = json!({"function": function, "_aws": {"Timestamp": at}, "message": "request"}).to_string();
            Line::of(&text).unwrap()
        };
        let groups = [("auth", "/aviary/dev/auth"), ("users", "/aviary/dev/users")];
        let groups = groups.into_iter().map(|(name, group)| (name.to_owned(), group.to_owned())).collect();
        let lines = vec![line("auth", 3), line("users", 2), line("auth", 1), line("elsewhere", 4)];
        let events = by_group(lines, &groups);
        assert_eq!(events.len(), 2);
        let times: Vec<u64> =
            events["/aviary/dev/auth"].iter().map(|event| event["timestamp"].as_u64().unwrap()).collect();
        assert_eq!(times, [1, 3]);
        assert!(Line::of("plain").is_none() && Line::of(r#"{"level":"ERROR"}"#).is_none());
    }
}
