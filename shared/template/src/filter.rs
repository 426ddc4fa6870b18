//! Which records of a stream a function gets: Lambda's event filtering, as far as the template uses it.

use serde_json::Value;

/// The patterns of an event source. A record is delivered if it matches one of them, or if there are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    patterns: Vec<Pattern>,
}

/// What a record has to have: every field that the pattern names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Vec<(String, Wanted)>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// The field is an object that matches.
    Fields(Pattern),
    /// The field passes one of these tests.
    OneOf(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Equals(String),
    Prefix(String),
    /// A text that is none of these.
    AnythingBut(Vec<String>),
    /// Lambda's test for leaves: whether there is a value that is no object.
    Exists(bool),
}

impl Filter {
    /// Whether the function gets this record.
    #[must_use]
    pub fn passes(&self, record: &Value) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.matches(record))
    }

    /// The filter of these patterns, each a JSON text.
    ///
    /// # Errors
    /// A sentence, if a pattern is not JSON or has a part that is not understood here.
    pub(crate) fn parse<'t>(patterns: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        let read = |text: &str| {
            let value: Value = serde_json::from_str(text).map_err(|error| format!("must be JSON: {error}"))?;
            Pattern::read(&value)
        };
        Ok(Self { patterns: patterns.into_iter().map(read).collect::<Result<_, _>>()? })
    }
}

impl Pattern {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = value.as_object().filter(|fields| !fields.is_empty()).ok_or("must have objects with fields")?;
        let read = |(name, value): (&String, &Value)| {
            let wanted = match value.as_array() {
                Some(tests) if tests.is_empty() => return Err(format!("{name}: must name a value")),
                Some(tests) => Wanted::OneOf(tests.iter().map(Test::read).collect::<Result<_, _>>()?),
                None => Wanted::Fields(Self::read(value)?),
            };
            Ok((name.clone(), wanted))
        };
        Ok(Self(fields.iter().map(read).collect::<Result<_, _>>()?))
    }

    fn matches(&self, value: &Value) -> bool {
        self.0.iter().all(|(name, wanted)| {
            let field = value.get(name);
            match wanted {
                Wanted::Fields(pattern) => pattern.matches(field.unwrap_or(&Value::Null)),
                Wanted::OneOf(tests) => tests.iter().any(|test| test.passes(field)),
            }
        })
    }
}

impl Test {
    fn read(value: &Value) -> Result<Self, String> {
        let unknown = || format!("{value} is not understood here");
        match value {
            Value::String(text) => Ok(Self::Equals(text.clone())),
            Value::Object(one) if one.len() == 1 => match one.iter().next().map(|(name, of)| (name.as_str(), of)) {
                Some(("prefix", Value::String(prefix))) => Ok(Self::Prefix(prefix.clone())),
                Some(("exists", Value::Bool(exists))) => Ok(Self::Exists(*exists)),
                Some(("anything-but", Value::Array(texts))) => {
                    let texts = texts.iter().map(|text| text.as_str().map(ToOwned::to_owned));
                    texts.collect::<Option<_>>().map(Self::AnythingBut).ok_or_else(unknown)
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }

    fn passes(&self, field: Option<&Value>) -> bool {
        let text = field.and_then(Value::as_str);
        match self {
            Self::Equals(wanted) => text == Some(wanted),
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::AnythingBut(texts) => text.is_some_and(|text| texts.iter().all(|other| other != text)),
            Self::Exists(wanted) => field.is_some_and(|value| !value.is_object()) == *wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn passes(patterns: &[&str], record: &Value) -> bool {
        Filter::parse(patterns.iter().copied()).unwrap().passes(record)
    }

    #[test]
    fn a_record_passes_if_it_matches_one_pattern_in_every_field() {
        let record = json!({"eventName": "MODIFY", "dynamodb": {"Keys": {"sk": {"S": "HIDE#x"}}}});
        let hide = r#"{"eventName":["MODIFY"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"HIDE#"}]}}}}"#;
        let other = r#"{"dynamodb":{"Keys":{"sk":{"S":[{"anything-but":["TWEET","COMMENT"]}]}}}}"#;
        assert!(passes(&[other], &record));
        assert!(!passes(&[other], &json!({"dynamodb": {"Keys": {"sk": {"S": "TWEET"}}}})));
        assert!(passes(&[], &record));
        assert!(passes(&[r#"{"eventName":["INSERT","MODIFY"]}"#], &record));
        assert!(!passes(&[r#"{"eventName":["INSERT"]}"#], &record));
        assert!(passes(&[r#"{"eventName":["INSERT"]}"#, hide], &record));
        assert!(!passes(&[hide], &json!({"eventName": "MODIFY", "dynamodb": {"Keys": {"sk": {"S": "TWEET"}}}})));
        assert!(!passes(&[hide], &json!({"eventName": "MODIFY"})));
    }

    #[test]
    fn existence_is_asked_of_leaves() {
        let edited = r#"{"dynamodb":{"NewImage":{"edited_at":{"N":[{"exists":true}]}}}}"#;
        let image = |image: Value| json!({"dynamodb": {"NewImage": image}});
        assert!(passes(&[edited], &image(json!({"edited_at": {"N": "1"}}))));
        assert!(!passes(&[edited], &image(json!({"edited_at": {"NULL": true}}))));
        assert!(!passes(&[edited], &image(json!({}))));
        assert!(passes(&[&edited.replace("true", "false")], &image(json!({}))));
        assert!(!passes(&[r#"{"dynamodb":[{"exists":true}]}"#], &image(json!({}))));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in [
            "{",
            "[]",
            "{}",
            r#"{"a":[]}"#,
            r#"{"a":"b"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[{"numeric":[">",1]}]}"#,
            r#"{"a":[{"prefix":"x","exists":true}]}"#,
            r#"{"a":[{"anything-but":[1]}]}"#,
        ] {
            assert!(Filter::parse([pattern]).is_err(), "{pattern}");
        }
    }
}
