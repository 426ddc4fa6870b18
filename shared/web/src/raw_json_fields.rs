//! Parses a JSON object whose fields are in part kept as raw JSON text.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::form::{Form, Value};
use crate::json_number::JsonNumber;
use crate::line_breaks;

/// The most fields of an object.
const MAX_FIELDS: usize = 1_000;
/// The most bytes of all parsed lists and objects of a body together. In memory, small values take a hundred times
/// their bytes.
const MAX_READ_BYTES: usize = 64 << 10;

/// How deep objects and lists may be nested.
const MAX_DEPTH: u8 = 100;

/// Parses the object. The fields named in `raw` stay JSON text, as it was sent. Numbers keep every digit, and line breaks
/// of texts become LF. Of a repeated field the last counts.
pub(crate) fn form(json: &[u8], raw: &[&str]) -> Result<Form, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let mut left = MAX_READ_BYTES;
    let form = Object { raw, left: &mut left, depth: 0 }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(form)
}

/// An object. `left` is how many bytes of lists and objects may still be parsed.
struct Object<'a> {
    raw: &'a [&'a str],
    left: &'a mut usize,
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Form;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Form;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { raw, left, depth } = self;
        let mut fields: Vec<(String, Value)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let json = map.next_value_seed(RawText)?;
            let is_raw = raw.contains(&name.as_str());
            let value = if is_raw { Value::Raw(json.get().to_owned()) } else { read(json, left, depth)? };
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
        Ok(Form::new(fields))
    }
}

/// Parses a value, if the bytes that are left allow it. `depth` counts the objects around it.
fn read<E: Error>(raw: &RawValue, left: &mut usize, depth: u8) -> Result<Value, E> {
    let text = raw.get();
    let first = text.as_bytes().first();
    if depth == 0 && matches!(first, Some(b'[' | b'{')) {
        let too_long = || E::custom(format!("lists and objects may have {MAX_READ_BYTES} bytes in all"));
        *left = left.checked_sub(text.len()).ok_or_else(too_long)?;
    }
    match first {
        Some(b'-' | b'0'..=b'9') => Ok(Value::Number(JsonNumber::of(text))),
        Some(b'{') if depth < MAX_DEPTH => {
            let object = Object { raw: &[], left, depth: depth.saturating_add(1) };
            let form = object.deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(E::custom)?;
            Ok(Value::Object(form))
        }
        Some(b'{') => Err(E::custom(format!("objects may be nested {MAX_DEPTH} deep"))),
        _ => serde_json::from_str(text).map(|json| Value::Json(with_lf(json))).map_err(E::custom),
    }
}

/// The value with LF for every line break of its texts.
fn with_lf(json: Json) -> Json {
    match json {
        Json::String(text) => Json::String(line_breaks::to_lf(text)),
        Json::Array(items) => Json::Array(items.into_iter().map(with_lf).collect()),
        other => other,
    }
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
        assert!(matches!(read.get("a"), Some(Value::Raw(text)) if text == r#"{"x" : 0.10}"#), "the last counts");
        assert!(matches!(read.get("b"), Some(Value::Number(number)) if number.text() == "2"));
        assert!(matches!(read.get("c"), Some(Value::Raw(text)) if text == "null"));
        let body = br#"{"a":[123456789012345678901234567890]}"#;
        let read = form(body, &["a"]).expect("a form");
        assert!(matches!(read.get("a"), Some(Value::Raw(text)) if text == "[123456789012345678901234567890]"));
    }

    #[test]
    fn numbers_and_line_breaks_are_read_at_every_depth() {
        let read =
            form(br#"{"a":{"b":{"n":18446744073718922817,"t":"1\r\n2\r3"}},"l":["x\r\n"]}"#, &[]).expect("a form");
        let Some(Value::Object(a)) = read.get("a") else { panic!("{read:?}") };
        let Some(Value::Object(b)) = a.get("b") else { panic!("{a:?}") };
        assert!(matches!(b.get("n"), Some(Value::Number(number)) if number.text() == "18446744073718922817"));
        assert!(matches!(b.get("t"), Some(Value::Json(Json::String(text))) if text == "1\n2\n3"));
        assert!(matches!(read.get("l"), Some(Value::Json(list)) if *list == json!(["x\n"])));
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
