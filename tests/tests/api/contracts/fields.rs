//! What handlers read is what the OpenAPI document says: with the log level `trace`, a form names each field that is asked
//! for.

use std::collections::{BTreeMap, BTreeSet};

use aviary_web::{Route, Who};
use e2e::{Event, Function, Service, Things, unique};
use serde_json::{Map, Value, json};

use super::openapi::made;
use super::routes::tables;

/// Every form may carry it, in place of a header.
const CSRF: &str = "csrfmiddlewaretoken";
/// What every request about integers asks for: the misprint of document 002, which counts as `session_id`, and the lists, whose
/// bytes are counted whoever sends them.
const OF_INTEGERS: [&str; 3] = ["sessioin_id", "integers", "integer_sets"];
/// What pages of lists read from the query without a form.
const OF_PAGES: [&str; 2] = ["limit", "cursor"];

/// Document 001's clients send them, but another field says enough.
const UNREAD: [(&str, &str); 3] = [
    ("POST /tweet/addcomment", "threadlevel"),
    ("PUT /tweet/editcomment", "_id"),
    ("DELETE /tweet/deletecomment", "_id"),
];

#[tokio::test]
async fn handlers_read_the_fields_that_they_document() {
    let service = Service::running();
    let document = made();
    let others = Things::of(&service, service.signup().await).await;
    let mut wrong = Vec::new();
    for table in tables() {
        let function = Function::start_with(&service, table.function, &[("AVIARY_LOG_LEVEL", "trace")]);
        for route in &table.rows {
            let operation = &document["paths"][&route.path][route.method.as_str().to_lowercase()];
            // Pages for people are not in the document.
            if operation.is_null() {
                continue;
            }
            let documented = Documented::of(&document, operation);
            let things = Things::of(&service, service.signup().await).await;
            let mut read = Read::default();
            for event in events(&things, &others, route, &documented) {
                read.add(&function, event);
            }
            read.names.remove(CSRF);
            let name = format!("{} {}", route.method, route.path);
            let names: BTreeSet<String> = documented.body.keys().chain(&documented.query).cloned().collect();
            let (mut only_read, mut only_documented) = (&read.names - &names, &names - &read.names);
            // A layer reads the fields that it renames, and the route below it reads their new names.
            if read.renames {
                only_read.clear();
            }
            only_documented.retain(|field| !OF_PAGES.contains(&&**field) && !UNREAD.contains(&(&*name, field)));
            if table.function == "integers" {
                only_read.retain(|name| !OF_INTEGERS.contains(&&**name));
            }
            if !only_read.is_empty() || !only_documented.is_empty() {
                wrong.push(format!("{name}: reads also {only_read:?}, does not read {only_documented:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fields of an operation.
struct Documented {
    /// Fields of the body with values; those of nested objects are beside them.
    body: BTreeMap<String, Value>,
    /// A body with all of them.
    whole: Value,
    /// Parameters of the query.
    query: BTreeSet<String>,
}

impl Documented {
    fn of(document: &Value, operation: &Value) -> Self {
        let content = &operation["requestBody"]["content"];
        // It has the files too.
        let schema = &content["multipart/form-data"]["schema"];
        let mut body = BTreeMap::new();
        let whole = value_of(document, schema, &mut body);
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let query = parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap().to_owned());
        Self { body, whole, query: query.collect() }
    }
}

/// A value of a schema; the names of its members are collected.
fn value_of(document: &Value, schema: &Value, names: &mut BTreeMap<String, Value>) -> Value {
    let schema = match schema["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(properties) = schema["properties"].as_object() {
        let mut members = Map::new();
        for (name, property) in properties {
            let value = value_of(document, property, names);
            names.insert(name.clone(), value.clone());
            members.insert(name.clone(), value);
        }
        return members.into();
    }
    let types = schema["type"].as_array().map_or(&schema["type"], |types| &types[0]);
    match types.as_str() {
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        // The members of a list's entries are not read by name from the body.
        Some("array") => json!([value_of(document, &schema["items"], &mut BTreeMap::new())]),
        _ => json!("x"),
    }
}

/// The requests that are sent: without fields, with all of them, and the sample.
fn events(things: &Things, others: &Things, route: &Route, documented: &Documented) -> Vec<Event> {
    let event = |path: &str, query: &str| {
        let event = Event::new(route.method.as_str(), path).query(query);
        if route.spec.who == Who::Any { event } else { event.bearer(&things.owner.access) }
    };
    let path = if route.spec.who == Who::User { others.path(route) } else { things.path(route) };
    let query: Vec<String> = documented.query.iter().map(|name| format!("{name}=x")).collect();
    let mut events = Vec::new();
    if route.method == "GET" {
        events.push(event(&path, ""));
        events.push(event(&path, &query.join("&")));
    } else {
        events.push(event(&path, "").json(&json!({})));
        let whole = if documented.body.is_empty() { json!({}) } else { documented.whole.clone() };
        events.push(event(&path, &query.join("&")).json(&whole));
    }
    let sample = things.sample(route, Some(&things.owner), &unique("mark"));
    let last = event(&path, &sample.query);
    events.push(sample.body.map_or(last.clone(), |body| last.json(&body)));
    events
}

/// What requests asked for.
#[derive(Default)]
struct Read {
    names: BTreeSet<String>,
    renames: bool,
}

impl Read {
    /// Sends a request, and adds the names of the fields that it asked for.
    fn add(&mut self, function: &Function, event: Event) {
        let id = event.request_id();
        let _ = function.answer(&event.into_json());
        let lines = function.log_until(|line| line["message"] == "request" && line["request.id"] == id.as_str());
        for line in lines.iter().filter(|line| line["target"] == "aviary_web::form") {
            self.names.extend(line["field"].as_str().map(ToOwned::to_owned));
            self.renames |= line.get("new_name").is_some();
        }
    }
}
