//! One operation: the handler's annotation, completed by its row.

use http::Method;
use serde_json::{Map, Value, json};

use super::schemas::{Components, rename_pages};
use super::{body, errors, security, words};
use crate::idempotency::MAX_CHARACTERS;
use crate::routes::Route;

/// Whether an operation answers successes with text alone: a page, its script or its style. They are for people, and no
/// client calls them.
pub(super) fn is_page(annotation: &Value) -> bool {
    let responses = annotation.get("responses").and_then(Value::as_object);
    let contents = responses.into_iter().flatten().filter(|(status, _)| status.as_str() < "400");
    let mut types = contents.filter_map(|(_, response)| response.get("content")?.as_object()).flat_map(Map::keys);
    types.next().is_some_and(|first| first.starts_with("text/")) && types.all(|one| one.starts_with("text/"))
}

/// The operation object of a row, from its annotation and that one's tags.
pub(super) fn complete(route: &Route, (mut annotation, tags): (Value, &[&str]), components: &mut Components) -> Value {
    let Route { method, path, spec } = route;
    rename_pages(&mut annotation);
    let Value::Object(mut from) = annotation else { return Value::Null };
    let text = |name: &str| from.get(name).and_then(Value::as_str).unwrap_or_default();
    let (summary, more) = words::split_comment(text("summary"), text("description"));
    let description = format!("{more}\n\n{}", words::facts(spec)).trim_start().to_owned();
    let mut operation = Map::new();
    let mut put = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    put("operationId", words::operation_id(method, path).into());
    put("tags", words::sections(spec.documents, tags).into());
    // A summary is plain text; only descriptions may have Markdown.
    put("summary", summary.replace('`', "").into());
    put("description", description.into());
    put("x-who", spec.who.as_str().into());
    if let Some(limit) = spec.limit {
        put("x-limit", limit.setting().into());
    }
    put("x-round-trips", spec.round_trips.into());
    put("security", security::of(method, spec));
    let parameters = parameters(from.remove("parameters"), spec.needs_key());
    if !parameters.is_empty() {
        put("parameters", parameters.into());
    }
    if *method != Method::GET
        && let Some(mut request) = from.remove("requestBody")
    {
        body::complete(&mut request, components);
        put("requestBody", request);
    }
    if let Some(Value::Object(mut responses)) = from.remove("responses") {
        errors::complete(method, spec, &mut responses);
        put("responses", responses.into());
    }
    Value::Object(operation)
}

/// The annotation's parameters, and the idempotency key of a POST that creates something.
fn parameters(annotated: Option<Value>, needs_key: bool) -> Vec<Value> {
    let mut parameters = match annotated {
        Some(Value::Array(parameters)) => parameters,
        _ => Vec::new(),
    };
    for parameter in &mut parameters {
        if let Some(schema) = parameter.get_mut("schema") {
            // `Option` is what may be absent; no query has a null.
            if let Some(Value::Array(types)) = schema.get("type").cloned()
                && let [one, null] = &types[..]
                && null == "null"
                && let Value::Object(schema) = schema
            {
                schema.insert("type".to_owned(), one.clone());
            }
        }
    }
    if needs_key {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    parameters
}

/// The parameters among the components.
pub(super) fn shared_parameters() -> Value {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A request that is sent again with it is done once, for a day.",
            "schema": { "type": "string", "maxLength": MAX_CHARACTERS },
        },
    })
}
