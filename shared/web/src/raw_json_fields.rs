//! Parses a JSON object whose fields are in part kept as raw JSON text.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::form::{Form, Value};

/// The most fields of an object.
const MAX_FIELDS: usize = 1_000;
/// The most bytes of all parsed lists and objects of a body together. In memory, small values take a hundred times
/// their bytes.
pub(crate) const MAX_READ_BYTES: usize = 64 << 10;

/// Parses the object. The fields named in `raw` become texts, with the JSON as it was sent. Of a repeated field the
/// last counts.
pub(crate) fn form(json: &[u8], raw: &[&str]) -> Result<Form, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let fields = Object { raw }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Form::new(fields))
}

struct Object<'a> {
    raw: &'a [&'a str],
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Vec<(String, Value)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        let mut left = MAX_READ_BYTES;
        while let Some(name) = map.next_key::<String>()? {
            let value = if self.raw.contains(&name.as_str()) {
                Value::Json(Json::String(map.next_value_seed(RawText)?.get().to_owned()))
            } else {
                Value::Json(read(map.next_value_seed(RawText)?, &mut left)?)
            };
            fields.push((name, value));
            if fields.len() > MAX_FIELDS {
                return Err(Error::custom(format!("an object may have {MAX_FIELDS} fields")));
            }
        }
        // Forms repeat a field for a list. In JSON a repeated name is a mistake, and the last value counts.
        let mut seen = HashSet::new();
        fields.reverse();
        fields.retain(|(name, _)| seen.insert(name.clone()));
        fields.reverse();
        Ok(fields)
    }
}

/// Parses a value, if the bytes that are left allow it.
fn read<E: Error>(raw: &RawValue, left: &mut usize) -> Result<Json, E> {
    if raw.get().starts_with(['[', '{']) {
        let too_long = || E::custom(format!("lists and objects may have {MAX_READ_BYTES} bytes in all"));
        *left = left.checked_sub(raw.get().len()).ok_or_else(too_long)?;
    }
    serde_json::from_str(raw.get()).map_err(E::custom)
}

/// A value's JSON text, borrowed.
struct RawText;

impl<'de> DeserializeSeed<'de> for RawText {
    type Value = &'de RawValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        <&RawValue>::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn raw_fields_keep_every_digit() {
        let body = br#" {"a": [ 1e5, 123456789012345678901234567890 ], "b": 2, "c": null, "a": {"x" : 0.10}} "#;
        let read = form(body, &["a", "c"]).expect("a form");
        assert!(
            matches!(read.get("a"), Some(Value::Json(Json::String(text))) if text == r#"{"x" : 0.10}"#),
            "the last counts"
        );
        assert!(matches!(read.get("b"), Some(Value::Json(value)) if *value == json!(2)));
        assert!(matches!(read.get("c"), Some(Value::Json(Json::String(text))) if text == "null"));
        let body = br#"{"a":[123456789012345678901234567890]}"#;
        let read = form(body, &["a"]).expect("a form");
        assert!(
            matches!(read.get("a"), Some(Value::Json(Json::String(text))) if text == "[123456789012345678901234567890]")
        );
    }

    #[test]
    fn parsed_fields_are_bounded_before_they_take_memory() {
        let long = format!("{{\"x\":[{}0]}}", "[0],".repeat(20_000));
        assert!(form(long.as_bytes(), &["a"]).is_err());
        assert!(form(long.replace('x', "a").as_bytes(), &["a"]).is_ok());
        let list = format!("[{}0]", "[0],".repeat(8_000));
        let several = |count: usize| (0..count).map(|n| format!("\"f{n}\":{list}")).collect::<Vec<_>>().join(",");
        assert!(form(format!("{{{}}}", several(2)).as_bytes(), &[]).is_ok());
        assert!(form(format!("{{{}}}", several(3)).as_bytes(), &[]).is_err(), "in all, not each");
        let many = format!("{{{}\"a\":0}}", (0..1_000).map(|n| format!("\"f{n}\":0,")).collect::<String>());
        assert!(form(many.as_bytes(), &["a"]).is_err());
    }

    #[test]
    fn malformed_json_is_refused_in_raw_fields_too() {
        for broken in [r#"{"a":[1,]}"#, r#"{"a":}"#, r#"{"a":1"#, r#"{"a":1} x"#, r#"{"a":NaN}"#, r#"{"a":[}"#] {
            assert!(form(broken.as_bytes(), &["a"]).is_err(), "{broken}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(form(deep.as_bytes(), &["a"]).is_ok(), "raw fields are scanned without recursion");
    }
}
