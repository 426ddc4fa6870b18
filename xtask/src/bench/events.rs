//! Sample events, with tokens and bodies filled in.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::workspace::Workspace;

/// A sample event of the folder `events`.
#[derive(Clone, Debug)]
pub(super) struct Event {
    value: Value,
}

impl Event {
    /// Reads `events/NAME.json`.
    pub(super) fn read(workspace: &Workspace, name: &str) -> Result<Self> {
        let path = workspace.root().join("events").join(format!("{name}.json"));
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let value: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        ensure!(value.is_object(), "{} is not an event", path.display());
        Ok(Self { value })
    }

    /// With `placeholder` replaced by `text` in all strings.
    pub(super) fn with(mut self, placeholder: &str, text: &str) -> Self {
        replace(&mut self.value, placeholder, text);
        self
    }

    /// With another body.
    pub(super) fn with_body(mut self, body: String, is_base64: bool, content_type: &str) -> Self {
        if let Some(event) = self.value.as_object_mut() {
            event.insert("body".to_owned(), Value::String(body));
            event.insert("isBase64Encoded".to_owned(), Value::Bool(is_base64));
            if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
                headers.remove("content-length");
                headers.insert("content-type".to_owned(), Value::String(content_type.to_owned()));
            }
        }
        self
    }

    /// The body as the event has it.
    pub(super) fn body(&self) -> &str {
        self.value.get("body").and_then(Value::as_str).unwrap_or_default()
    }

    /// The bytes that are sent to a function.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.value.to_string().into_bytes()
    }
}

fn replace(value: &mut Value, placeholder: &str, text: &str) {
    match value {
        Value::String(string) if string.contains(placeholder) => *string = string.replace(placeholder, text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, placeholder, text)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, placeholder, text)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_are_replaced_everywhere() {
        let event = Event {
            value: json!({"headers": {"authorization": "Bearer X"}, "list": ["X", 1], "body": "{\"t\":\"X\"}"}),
        };
        let event = event.with("X", "abc");
        assert_eq!(
            event.value,
            json!({"headers": {"authorization": "Bearer abc"}, "list": ["abc", 1], "body": "{\"t\":\"abc\"}"})
        );
        assert_eq!(event.body(), "{\"t\":\"abc\"}");
    }
}
