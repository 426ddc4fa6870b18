//! The hash of what a form says, by which a repeated request is recognised.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use crate::form::{File, Form, Value};

/// A hash. Each part is preceded by its kind and length, so that no two values have the same input.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sum([u8; 32]);

/// The hash of a form in hex, without some fields.
pub(crate) fn of(form: &Form, without: &[&str]) -> String {
    hex::encode(form_sum(form, without).0)
}

fn form_sum(form: &Form, without: &[&str]) -> Sum {
    let mut by_name: BTreeMap<String, Vec<Sum>> = BTreeMap::new();
    collect("", form, without, &mut by_name);
    members(by_name.iter().map(|(name, sums)| (name.as_str(), list(sums))))
}

/// The fields of a form by their names; those of an object have its name in front, as a form writes them.
fn collect(prefix: &str, form: &Form, without: &[&str], by_name: &mut BTreeMap<String, Vec<Sum>>) {
    for (name, value) in form.fields().filter(|(name, _)| !without.contains(name)) {
        let name = format!("{prefix}{name}");
        match value {
            Value::Object(fields) if fields.names().next().is_some() => {
                collect(&format!("{name}."), fields, without, by_name);
            }
            value => by_name.entry(name).or_default().push(value_sum(value)),
        }
    }
}

fn value_sum(value: &Value) -> Sum {
    match value {
        Value::Text(text) => scalar(b't', text.as_bytes()),
        Value::Number(number) => scalar(b't', number.text().as_bytes()),
        Value::Json(json) => json_sum(json),
        Value::Object(form) => form_sum(form, &[]),
        Value::Raw(text) => raw_sum(text, 0),
        Value::File(file) => file_sum(file),
    }
}

fn file_sum(file: &File) -> Sum {
    let mut hash = Sha256::new();
    hash.update([b'f']);
    file.chunks.iter().for_each(|chunk| hash.update(chunk));
    Sum(hash.finalize().into())
}

fn scalar(kind: u8, bytes: &[u8]) -> Sum {
    let mut hash = Sha256::new();
    hash.update([kind]);
    hash.update(bytes);
    Sum(hash.finalize().into())
}

fn list(items: &[Sum]) -> Sum {
    let mut hash = Sha256::new();
    hash.update([b'l']);
    items.iter().for_each(|item| hash.update(item.0));
    Sum(hash.finalize().into())
}

/// Members in the order of their names.
fn members<'a>(members: impl Iterator<Item = (&'a str, Sum)>) -> Sum {
    let mut hash = Sha256::new();
    hash.update([b'o']);
    for (name, sum) in members {
        hash.update(scalar(b'n', name.as_bytes()).0);
        hash.update(sum.0);
    }
    Sum(hash.finalize().into())
}

fn json_sum(json: &Json) -> Sum {
    match json {
        Json::Null => scalar(b'z', &[]),
        Json::Bool(value) => scalar(b'b', &[u8::from(*value)]),
        Json::Number(number) => scalar(b't', number.to_string().as_bytes()),
        Json::String(text) => scalar(b't', text.as_bytes()),
        Json::Array(items) => list(&items.iter().map(json_sum).collect::<Vec<_>>()),
        Json::Object(fields) => object_sum(fields),
    }
}

fn object_sum(fields: &Map<String, Json>) -> Sum {
    let sorted: BTreeMap<&str, Sum> = fields.iter().map(|(name, value)| (name.as_str(), json_sum(value))).collect();
    members(sorted.into_iter())
}

/// How deep the order of members does not count. Units of integers have six levels.
const MAX_DEPTH: u8 = 8;

/// The hash of JSON that is not parsed into a tree, which would take many times its text's memory. Below [`MAX_DEPTH`],
/// and where it is malformed, it is hashed as it was sent.
fn raw_sum(json: &str, depth: u8) -> Sum {
    let as_sent = || scalar(b'r', json.as_bytes());
    match json.as_bytes().first() {
        Some(b'[' | b'{') if depth < MAX_DEPTH => {
            let mut deserializer = serde_json::Deserializer::from_str(json);
            RawSum { depth }.deserialize(&mut deserializer).unwrap_or_else(|_| as_sent())
        }
        Some(b'"') if json.contains('\\') => {
            serde_json::from_str::<String>(json).map_or_else(|_| as_sent(), |text| quoted(&text))
        }
        Some(b'"') => quoted(json.trim_matches('"')),
        _ => as_sent(),
    }
}

fn quoted(text: &str) -> Sum {
    scalar(b't', text.as_bytes())
}

/// Hashes a list or an object, whose items stay text until their turn.
struct RawSum {
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for RawSum {
    type Value = Sum;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Sum, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RawSum {
    type Value = Sum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sum, A::Error> {
        let mut hash = Sha256::new();
        hash.update([b'l']);
        while let Some(item) = items.next_element::<&RawValue>()? {
            hash.update(raw_sum(item.get(), self.depth.saturating_add(1)).0);
        }
        Ok(Sum(hash.finalize().into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sum, A::Error> {
        let mut sorted: BTreeMap<String, Sum> = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            sorted.insert(name, raw_sum(value.get(), self.depth.saturating_add(1)));
        }
        Ok(members(sorted.iter().map(|(name, sum)| (name.as_str(), *sum))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::raw_json_fields;

    fn json(text: &str) -> String {
        raw_json_fields::form(text.as_bytes(), &["raw"]).unwrap().digest(&[])
    }

    fn texts(fields: &[(&str, &str)]) -> String {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned())));
        Form::new(fields.collect()).digest(&[])
    }

    #[test]
    fn the_order_of_members_does_not_count_at_any_depth() {
        for (one, other) in [
            (r#"{"message":"m","in_reply_to":null}"#, r#"{ "in_reply_to" : null, "message":"\u006d" }"#),
            (r#"{"a":{"b":1,"c":[{"d":1,"e":2}]}}"#, r#"{"a":{"c":[{"e":2,"d":1}],"b":1}}"#),
            (r#"{"raw":[{"index":0,"X":"a\n","q":2}]}"#, r#"{"raw":[ {"q":2, "X":"a\u000a", "index":0} ]}"#),
            (r#"{"raw":[{"a":[{"b":1,"c":[{"d":1,"e":2}]}]}]}"#, r#"{"raw":[{"a":[{"c":[{"e":2,"d":1}],"b":1}]}]}"#),
        ] {
            assert_eq!(json(one), json(other), "{one} {other}");
        }
    }

    #[test]
    fn what_differs_has_another_digest() {
        let all = [
            r#"{"a":"1","b":"2"}"#,
            r#"{"a":"2","b":"1"}"#,
            r#"{"a":["1","2"]}"#,
            r#"{"a":["2","1"]}"#,
            r#"{"a":"12"}"#,
            r#"{"a":null}"#,
            r#"{"a":"null"}"#,
            r#"{"a":{}}"#,
            r#"{}"#,
            r#"{"a":true}"#,
            r#"{"raw":[1,2]}"#,
            r#"{"raw":[2,1]}"#,
            r#"{"raw":[12]}"#,
            r#"{"raw":["12"]}"#,
            r#"{"raw":[18446744073718922817]}"#,
            r#"{"raw":[18446744073718922818]}"#,
            r#"{"a":18446744073718922817}"#,
            r#"{"a":18446744073718922818}"#,
        ];
        let digests: std::collections::BTreeSet<String> = all.iter().map(|text| json(text)).collect();
        assert_eq!(digests.len(), all.len());
    }

    #[test]
    fn a_form_says_the_same_as_json() {
        assert_eq!(json(r#"{"b":"x","a":5}"#), texts(&[("a", "5"), ("b", "x")]));
        let nested = texts(&[("profile.alias", "A"), ("profile.bio", "B"), ("username", "u")]);
        assert_eq!(json(r#"{"username":"u","profile":{"bio":"B","alias":"A"}}"#), nested);
        assert_ne!(texts(&[("a", "1"), ("a", "2")]), texts(&[("a", "2"), ("a", "1")]), "the last counts");
    }

    #[test]
    fn a_deep_text_is_hashed_without_recursion() {
        let deep = format!("{{\"raw\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(json(&deep), json(&deep));
    }
}
