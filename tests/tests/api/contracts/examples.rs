//! The examples of the OpenAPI document: each row's sample is sent to the service, and its answers are what was
//! recorded.

use std::collections::{BTreeMap, BTreeSet};

use aviary_web::openapi::{Example, Examples};
use aviary_web::{Route, Subject, Who};
use e2e::{Answer, Event, Function, Service, Things, unique};
use serde_json::{Map, Value, json};

use super::openapi::{examples, file};
use super::routes::tables;

/// With this variable the test writes what has changed instead of failing. `cargo xtask test` takes those of `AVIARY_…`
/// away.
const RECORD: &str = "RECORD_EXAMPLES";
/// An id of nothing.
const NOBODY: &str = "019a0000-0000-7000-8000-0000000000aa";
/// Longer texts are signatures and policies, which say nothing to a reader.
const LONGEST: usize = 160;
/// Where the local S3 is, on any port.
const LOCAL_BUCKET: &str = "http://127.0.0.1:";
/// A larger body is no example.
const LARGEST: usize = 20_000;

#[tokio::test]
async fn every_answer_is_documented_and_has_the_shape_of_its_example() {
    let service = Service::running();
    let others = Things::of(&service, service.signup().await).await;
    let mut recorder =
        Recorder { before: examples(), now: Examples::new(), wrong: Vec::new(), shared: BTreeSet::new() };
    for table in tables() {
        let function = Function::start(&service, table.function);
        for route in &table.rows {
            let operation = table.documented.operation(route).unwrap().clone();
            let things = Things::of(&service, service.signup().await).await;
            for event in refused(&things, &others, route) {
                recorder.take(route, &operation, function.answer(&event.into_json()), None);
            }
            let body = things.sample(route, Some(&things.owner), &unique("mark")).body;
            let answer = function.answer(&things.event(route, &others).into_json());
            recorder.take(route, &operation, answer, body);
        }
    }
    let Recorder { before, now, wrong, .. } = recorder;
    if std::env::var_os(RECORD).is_some() {
        std::fs::write(file("examples.json"), format!("{:#}\n", json!(now))).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{}\n`cargo xtask openapi --record` records what is answered now", wrong.join("\n"));
    let gone: Vec<&String> = before.keys().filter(|name| !now.contains_key(*name)).collect();
    assert!(gone.is_empty(), "examples of no operation: {gone:?}");
}

/// Requests that a route refuses: of nobody, with an empty body, about nothing, and about another's thing.
fn refused(things: &Things, others: &Things, route: &Route) -> Vec<Event> {
    let event = |path: &str| Event::new(route.method.as_str(), path);
    let path = things.path(route);
    let mut events = Vec::new();
    if route.spec.who != Who::Any {
        events.push(event(&path).json(&json!({})));
    }
    if !route.spec.body.is_empty() {
        events.push(event(&path).bearer(&things.owner.access).json(&json!({})));
    }
    if let (Some((before, rest)), true) = (route.path.split_once('{'), route.spec.subject != Subject::Tag) {
        let unknown = format!("{before}{NOBODY}{}", rest.split_once('}').unwrap().1);
        events.push(event(&unknown).bearer(&things.owner.access));
    }
    if route.spec.who == Who::Own && route.spec.names_an_owner() {
        let sample = things.sample(route, Some(&others.owner), &unique("mark"));
        let event = event(&sample.path).query(&sample.query).bearer(&others.owner.access);
        events.push(event.json(&sample.body.unwrap_or_else(|| json!({}))));
    }
    events
}

struct Recorder {
    before: Examples,
    now: Examples,
    wrong: Vec<String>,
    /// Statuses that all operations share and that have an example.
    shared: BTreeSet<String>,
}

impl Recorder {
    fn take(&mut self, route: &Route, operation: &Value, answer: Answer, request: Option<Value>) {
        let (name, status) = (format!("{} {}", route.method, route.path), answer.status.to_string());
        let Some(documented) = operation["responses"].get(&status) else {
            self.wrong.push(format!("{name} answers {status}, which is not documented: {}", answer.text()));
            return;
        };
        let is_json = answer.header("content-type").is_some_and(|value| value.starts_with("application/json"));
        if !is_json || (documented.get("$ref").is_some() && !self.shared.insert(status.clone())) {
            return;
        }
        // Requests that are refused for several reasons have the first one's body.
        if self.now.get(&name).is_some_and(|example| example.responses.contains_key(&status)) {
            return;
        }
        let body = readable(&answer.json());
        let recorded = self.before.get(&name);
        let before = recorded.and_then(|example| example.responses.get(&status));
        // The document itself, and lists of everybody's.
        if body.to_string().len() > LARGEST {
            if let Some(before) = before {
                self.now.entry(name).or_default().responses.insert(status, before.clone());
            }
            return;
        }
        let body = match before {
            Some(before) if same_shape(before, &body) && readable(before) == *before => before.clone(),
            before => {
                self.wrong.push(format!("{name} {status}: {body} in place of {before:?}"));
                body
            }
        };
        let succeeded = answer.status < 300;
        let example = self.now.entry(name).or_default();
        example.responses.insert(status, body);
        if let Some(request) = request.filter(|_| succeeded) {
            let before = recorded.and_then(|example| example.request.clone());
            let request = readable(&request);
            example.request = Some(before.filter(|before| same_shape(before, &request)).unwrap_or(request));
        }
    }
}

/// The body without credentials and other long random texts.
fn readable(body: &Value) -> Value {
    match body {
        Value::String(text) if text.starts_with(LOCAL_BUCKET) => {
            let path = text.splitn(4, '/').nth(3).unwrap_or_default();
            format!("https://bucket.example.com/{path}").into()
        }
        Value::String(text) => {
            let hex = |length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let replaced = match text {
                _ if text.starts_with("eyJ") && text.matches('.').count() == 2 => "<a token>",
                _ if hex(40) => "<a device token>",
                _ if hex(64) => "<a signature>",
                _ if text.len() > LONGEST => "<a long text>",
                _ => text,
            };
            replaced.into()
        }
        Value::Array(items) => items.iter().map(readable).collect(),
        Value::Object(members) => {
            let members: Map<String, Value> =
                members.iter().map(|(name, member)| (name.clone(), readable(member))).collect();
            members.into()
        }
        other => other.clone(),
    }
}

/// Whether two bodies have the same names and types. Null is a value of any type; an empty list has entries of any.
fn same_shape(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, _) | (_, Value::Null) => true,
        (Value::Array(one), Value::Array(other)) => {
            one.first().zip(other.first()).is_none_or(|(one, other)| same_shape(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let of = |members: &Map<String, Value>| members.keys().cloned().collect::<BTreeSet<_>>();
            of(one) == of(other) && one.iter().all(|(name, member)| same_shape(member, &other[name]))
        }
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

#[test]
fn a_shape_is_names_and_types() {
    let same = |one: Value, other: Value| same_shape(&one, &other);
    assert!(same(json!({"a": [1], "b": null}), json!({"b": "x", "a": [2, 3]})));
    assert!(same(json!({"results": []}), json!({"results": [{"id": "x"}]})));
    assert!(!same(json!({"a": 1}), json!({"a": "1"})) && !same(json!({"a": 1}), json!({"a": 1, "b": 1})));
    assert!(!same(json!([{"a": 1}]), json!([{"b": 1}])));
}

#[test]
fn no_example_has_a_credential() {
    let recorded = json!(examples());
    assert_eq!(recorded, readable(&recorded));
    let of: BTreeMap<&str, Value> =
        BTreeMap::from([("token", json!("eyJ0.eyJ1.x")), ("device", json!("a1".repeat(20)))]);
    assert_eq!(readable(&json!(of)), json!({"device": "<a device token>", "token": "<a token>"}));
    drop(Example::default());
}
