//! An object of JSON of which some fields are handed on as they were written.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::{Form, Value};

/// So many fields an object may have.
const MAX_FIELDS: usize = 1_000;
/// So long all lists and objects of a body may be together that are read: in memory, small values in them take a
/// hundred times their bytes.
pub(crate) const MAX_READ_BYTES: usize = 64 << 10;

/// Reads the object. The fields named in `unread` become texts of JSON, as they were written; of one that comes twice,
/// the last counts.
pub(crate) fn form(json: &[u8], unread: &[&str]) -> Result<Form, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let fields = Object { unread }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Form::new(fields))
}

struct Object<'a> {
    unread: &'a [&'a str],
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
            let value = if self.unread.contains(&name.as_str()) {
                Value::Json(Json::String(map.next_value_seed(Written)?.get().to_owned()))
            } else {
                Value::Json(read(map.next_value_seed(Written)?, &mut left)?)
            };
            fields.push((name, value));
            if fields.len() > MAX_FIELDS {
                return Err(Error::custom(format!("an object may have {MAX_FIELDS} fields")));
            }
        }
        // A list is what a form repeats a field for; in JSON only the last one of a name was meant.
        let mut seen = HashSet::new();
        fields.reverse();
        fields.retain(|(name, _)| seen.insert(name.clone()));
        fields.reverse();
        Ok(fields)
    }
}

/// Reads a value, if there is so much left of what may be read.
fn read<E: Error>(written: &RawValue, left: &mut usize) -> Result<Json, E> {
    if written.get().starts_with(['[', '{']) {
        let too_long = || E::custom(format!("lists and objects may have {MAX_READ_BYTES} bytes in all"));
        *left = left.checked_sub(written.get().len()).ok_or_else(too_long)?;
    }
    serde_json::from_str(written.get()).map_err(E::custom)
}

/// A value as it is written, not copied.
struct Written;

impl<'de> DeserializeSeed<'de> for Written {
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
    fn what_is_unread_keeps_every_digit() {
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
    fn what_is_read_is_bounded_before_it_is_in_memory() {
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
    fn what_is_no_json_is_refused_in_unread_fields_too() {
        for broken in [r#"{"a":[1,]}"#, r#"{"a":}"#, r#"{"a":1"#, r#"{"a":1} x"#, r#"{"a":NaN}"#, r#"{"a":[}"#] {
            assert!(form(broken.as_bytes(), &["a"]).is_err(), "{broken}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(form(deep.as_bytes(), &["a"]).is_ok(), "it is looked at without recursion");
    }
}
