//! The one log line of a request. It is also a record in CloudWatch's embedded metric format, so CloudWatch makes
//! metrics of it without an agent.
//!
//! Metrics have one dimension, the function: each further value of a dimension is a metric that is billed.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::meter::Cost;

/// The metrics of the line, which are members of it.
const METRICS: [Metric; 7] = [
    Metric { name: "duration.ms", unit: "Milliseconds" },
    Metric { name: "errors", unit: "Count" },
    Metric { name: "client_errors", unit: "Count" },
    Metric { name: "cold_starts", unit: "Count" },
    Metric { name: "dynamodb.round_trips", unit: "Count" },
    Metric { name: "dynamodb.rcu", unit: "Count" },
    Metric { name: "dynamodb.wcu", unit: "Count" },
];

/// Where the metrics belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricPlace {
    /// The namespace, such as `Aviary/prod`.
    pub namespace: String,
    /// The function's name, as Lambda has it.
    pub function: String,
}

/// What a request's line says.
#[derive(Clone, Debug)]
pub struct RequestLine<'a> {
    /// The gateway's id of the request.
    pub request_id: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The route, or `none`.
    pub route: &'a str,
    /// The status of the response.
    pub status: u16,
    /// The time from the request to the response, in milliseconds.
    pub duration_ms: f64,
    /// What it cost in DynamoDB.
    pub cost: Cost,
    /// The confirmed caller's id.
    pub user: Option<String>,
}

/// The first request of a process is its cold start.
static WARM: AtomicBool = AtomicBool::new(false);

impl RequestLine<'_> {
    /// Writes the line to standard output, unless the log level hides it.
    pub fn write(&self, place: &MetricPlace) {
        if !tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        let fields = self.fields(place, millis_now(), !WARM.swap(true, Ordering::Relaxed));
        // One write: standard output looks for a line's end in each. Nothing can be done about a log that is closed.
        if let Ok(mut line) = serde_json::to_vec(&fields) {
            line.push(b'\n');
            let _ = std::io::stdout().lock().write_all(&line);
        }
    }

    fn fields<'a>(&'a self, place: &'a MetricPlace, at_millis: i64, cold: bool) -> Fields<'a> {
        Fields {
            timestamp: rfc3339(at_millis),
            level: "INFO",
            message: "request",
            target: "aviary_web::request_log",
            function: &place.function,
            request_id: self.request_id,
            method: self.method,
            route: self.route,
            status: self.status,
            duration_ms: self.duration_ms,
            calls: self.cost.calls,
            round_trips: self.cost.round_trips,
            rcu: self.cost.rcu,
            wcu: self.cost.wcu,
            errors: u8::from(self.status >= 500),
            client_errors: u8::from((400..500).contains(&self.status)),
            cold_starts: u8::from(cold),
            user: self.user.as_deref(),
            embedded: Embedded {
                timestamp: at_millis,
                directives: [Directive { namespace: &place.namespace, dimensions: [["function"]], metrics: METRICS }],
            },
        }
    }
}

/// The line's members.
#[derive(Serialize)]
struct Fields<'a> {
    timestamp: String,
    level: &'static str,
    message: &'static str,
    target: &'static str,
    function: &'a str,
    #[serde(rename = "request.id")]
    request_id: &'a str,
    #[serde(rename = "http.method")]
    method: &'a str,
    #[serde(rename = "http.route")]
    route: &'a str,
    #[serde(rename = "http.status")]
    status: u16,
    #[serde(rename = "duration.ms")]
    duration_ms: f64,
    #[serde(rename = "dynamodb.calls")]
    calls: u32,
    #[serde(rename = "dynamodb.round_trips")]
    round_trips: u32,
    #[serde(rename = "dynamodb.rcu")]
    rcu: f64,
    #[serde(rename = "dynamodb.wcu")]
    wcu: f64,
    errors: u8,
    client_errors: u8,
    cold_starts: u8,
    #[serde(rename = "user.id", skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(rename = "_aws")]
    embedded: Embedded<'a>,
}

/// What makes metrics of the line.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Embedded<'a> {
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: [[&'static str; 1]; 1],
    metrics: [Metric; 7],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

#[allow(clippy::disallowed_methods, reason = "a log line has the real time, as all others have; nothing depends on it")]
fn millis_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or_default()
}

fn rfc3339(millis: i64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000);
    moment.ok().and_then(|moment| moment.format(format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn line(status: u16) -> Value {
        let cost = Cost { calls: 3, round_trips: 2, rcu: 1.5, wcu: 2.0 };
        let line = RequestLine {
            request_id: "r1",
            method: "GET",
            route: "/auth/users/me",
            status,
            duration_ms: 3.5,
            cost,
            user: Some("u1".to_owned()),
        };
        let place = MetricPlace { namespace: "Aviary/dev".to_owned(), function: "auth".to_owned() };
        serde_json::to_value(line.fields(&place, 1_800_000_000_000, true)).expect("JSON")
    }

    #[test]
    fn every_metric_and_dimension_is_a_member_of_the_line() {
        let line = line(200);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], 1_800_000_000_000_i64);
        assert_eq!(directive["Namespace"], "Aviary/dev");
        for metric in directive["Metrics"].as_array().expect("metrics") {
            assert!(line[metric["Name"].as_str().expect("a name")].is_number(), "{metric}");
        }
        assert_eq!(directive["Dimensions"], json!([["function"]]));
        assert_eq!(line["function"], "auth");
    }

    #[test]
    fn errors_are_counted_by_who_made_them() {
        for (status, errors, client_errors) in [(200, 0, 0), (404, 0, 1), (500, 1, 0), (503, 1, 0)] {
            let line = line(status);
            assert_eq!((line["errors"].as_u64(), line["client_errors"].as_u64()), (Some(errors), Some(client_errors)));
        }
    }
}
