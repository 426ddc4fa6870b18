//! The one log line of a request. It is also a record in CloudWatch's embedded metric format, so CloudWatch makes metrics
//! of it without an agent.
//!
//! Metrics have one dimension, the function: each further value of a dimension is a metric that is billed.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::meter::Cost;

/// The metrics of the line: name, field and unit.
const METRICS: [(&str, &str); 7] = [
    ("duration.ms", "Milliseconds"),
    ("errors", "Count"),
    ("client_errors", "Count"),
    ("cold_starts", "Count"),
    ("dynamodb.round_trips", "Count"),
    ("dynamodb.rcu", "Count"),
    ("dynamodb.wcu", "Count"),
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
        let line = self.json(place, millis_now(), !WARM.swap(true, Ordering::Relaxed));
        // Nothing can be done about a log that is closed.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    fn json(&self, place: &MetricPlace, at_millis: i64, cold: bool) -> Value {
        let metrics: Vec<Value> = METRICS.iter().map(|(name, unit)| json!({ "Name": name, "Unit": unit })).collect();
        let mut line = Map::new();
        let fields = [
            ("timestamp", json!(rfc3339(at_millis))),
            ("level", json!("INFO")),
            ("message", json!("request")),
            ("target", json!("aviary_web::request_log")),
            ("function", json!(place.function)),
            ("request.id", json!(self.request_id)),
            ("http.method", json!(self.method)),
            ("http.route", json!(self.route)),
            ("http.status", json!(self.status)),
            ("duration.ms", json!(self.duration_ms)),
            ("dynamodb.calls", json!(self.cost.calls)),
            ("dynamodb.round_trips", json!(self.cost.round_trips)),
            ("dynamodb.rcu", json!(self.cost.rcu)),
            ("dynamodb.wcu", json!(self.cost.wcu)),
            ("errors", json!(u8::from(self.status >= 500))),
            ("client_errors", json!(u8::from((400..500).contains(&self.status)))),
            ("cold_starts", json!(u8::from(cold))),
        ];
        line.extend(fields.map(|(name, value)| (name.to_owned(), value)));
        if let Some(user) = &self.user {
            line.insert("user.id".to_owned(), json!(user));
        }
        let directive = json!({ "Namespace": place.namespace, "Dimensions": [["function"]], "Metrics": metrics });
        line.insert("_aws".to_owned(), json!({ "Timestamp": at_millis, "CloudWatchMetrics": [directive] }));
        Value::Object(line)
    }
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
        line.json(&place, 1_800_000_000_000, true)
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
