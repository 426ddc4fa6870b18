//! Request bodies: each in JSON, as a form and as multipart.

use serde_json::{Map, Value, json};

use super::schemas::{Components, reference, referred};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Gives a body all three media types. Files come by multipart only.
pub(super) fn complete(body: &mut Value, components: &mut Components) {
    let content = body.get("content").and_then(Value::as_object);
    let Some(schema) = content.and_then(|content| content.values().next()?.get("schema").cloned()) else { return };
    let resolved = components.resolve(&schema).clone();
    let (plain, plain_schema) = match without_files(&resolved) {
        None => (schema.clone(), resolved.clone()),
        Some(without) => {
            let name = format!("{}WithoutFiles", referred(&schema).unwrap_or("Body"));
            components.insert(name.clone(), without.clone());
            (reference(&name), without)
        }
    };
    let content = json!({
        JSON: { "schema": plain },
        FORM: with_encoding(plain, &plain_schema, components),
        MULTIPART: with_encoding(schema, &resolved, components),
    });
    if let Value::Object(body) = body {
        body.insert("content".to_owned(), content);
        let has_required = resolved.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
        body.insert("required".to_owned(), has_required.into());
    }
}

/// A form's media type object. Its structures are written as JSON text.
fn with_encoding(schema: Value, resolved: &Value, components: &Components) -> Value {
    let properties = resolved.get("properties").and_then(Value::as_object);
    let structured = properties.into_iter().flatten().filter(|(_, property)| {
        let items = property.get("items").unwrap_or(property);
        is_file(items) != Some(true) && components.resolve(items).get("properties").is_some()
    });
    let encoding: Map<String, Value> =
        structured.map(|(name, _)| (name.clone(), json!({ "contentType": JSON }))).collect();
    if encoding.is_empty() { json!({ "schema": schema }) } else { json!({ "schema": schema, "encoding": encoding }) }
}

/// The schema without its files; `None` if it has none.
fn without_files(schema: &Value) -> Option<Value> {
    let properties = schema.get("properties")?.as_object()?;
    let is_file = |property: &Value| is_file(property.get("items").unwrap_or(property)) == Some(true);
    if !properties.values().any(is_file) {
        return None;
    }
    let kept = properties.iter().filter(|(_, property)| !is_file(property));
    let kept: Map<String, Value> = kept.map(|(name, property)| (name.clone(), property.clone())).collect();
    let mut without = schema.clone();
    without.as_object_mut()?.insert("properties".to_owned(), Value::Object(kept));
    Some(without)
}

fn is_file(schema: &Value) -> Option<bool> {
    Some(schema.get("format")?.as_str()? == "binary")
}
