//! What a request's body says, whether it came as JSON, as a form or as multipart.

use bytes::Bytes;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// One value of a body.
#[derive(Clone, Debug)]
pub enum Value {
    /// From a JSON body.
    Json(Json),
    /// A field of a form.
    Text(String),
    /// A file of a multipart form.
    File(File),
}

/// A file that was sent: its bytes as they came, in slices of the request, never joined.
#[derive(Clone, Debug)]
pub struct File {
    /// What the client calls it.
    pub name: String,
    /// What the client says it is.
    pub content_type: Option<String>,
    /// Its bytes.
    pub chunks: Vec<Bytes>,
}

impl File {
    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.chunks.iter().map(Bytes::len).sum()
    }
}

/// The fields of a body, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, Value)>);

impl Form {
    /// A form of these fields.
    #[must_use]
    pub fn new(fields: Vec<(String, Value)>) -> Self {
        Self(fields)
    }

    /// The value of a field; where it was sent more than once, the last, as in Django.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// Every value of a field: repeated in a form, or a list in JSON.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<Value> {
        let values = self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
        values
            .flat_map(|value| match value {
                Value::Json(Json::Array(items)) => items.iter().cloned().map(Value::Json).collect(),
                Value::Json(Json::Null) => Vec::new(),
                other => vec![other.clone()],
            })
            .collect()
    }

    /// Was something sent in this field that is no file?
    #[must_use]
    pub fn has_non_file(&self, name: &str) -> bool {
        self.all(name).iter().any(|value| match value {
            Value::File(_) => false,
            Value::Text(text) => !text.is_empty(),
            Value::Json(_) => true,
        })
    }

    /// How many bytes all of its files have.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        let size = |value: &Value| if let Value::File(file) = value { file.size() } else { 0 };
        self.0.iter().map(|(_, value)| u64::try_from(size(value)).unwrap_or(u64::MAX)).sum()
    }

    /// The files of a field, in order. A browser sends an empty file input as a file without name
    /// and bytes, which is none.
    #[must_use]
    pub fn files(&self, name: &str) -> Vec<File> {
        self.0
            .iter()
            .filter(|(field, _)| field == name)
            .filter_map(|(_, value)| match value {
                Value::File(file) if !(file.name.is_empty() && file.size() == 0) => Some(file.clone()),
                _ => None,
            })
            .collect()
    }

    /// These fields, and `other`'s in place of those that have the same names.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        self.0.retain(|(name, _)| other.get(name).is_none());
        self.0.extend(other.0);
        self
    }

    /// The fields named `name.field`, by their own names.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        let own = |field: &str| field.strip_prefix(name)?.strip_prefix('.').map(ToOwned::to_owned);
        Self(self.0.iter().filter_map(|(field, value)| Some((own(field)?, value.clone()))).collect())
    }

    /// What this form says, as one hash: the same for the same fields, however they were sent apart from
    /// their order. Fields in `without` do not count: a fast hash of a password must be kept nowhere.
    #[must_use]
    pub fn digest(&self, without: &[&str]) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(bytes);
        };
        for (name, value) in self.0.iter().filter(|(name, _)| !without.contains(&name.as_str())) {
            part(name.as_bytes());
            match value {
                Value::Json(Json::String(text)) | Value::Text(text) => part(text.as_bytes()),
                Value::Json(value) => part(value.to_string().as_bytes()),
                Value::File(file) => {
                    part(file.name.as_bytes());
                    file.chunks.iter().for_each(|chunk| part(chunk));
                }
            }
        }
        hex::encode(hash.finalize())
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_of_a_repeated_field_counts_and_a_list_is_all_of_them() {
        let form = Form::new(vec![
            ("a".into(), Value::Text("1".into())),
            ("a".into(), Value::Text("2".into())),
            ("b".into(), Value::Json(json!(["x", "y"]))),
        ]);
        assert!(matches!(form.get("a"), Some(Value::Text(text)) if text == "2"));
        assert_eq!(form.all("a").len(), 2);
        assert_eq!(form.all("b").len(), 2);
        assert!(form.all("c").is_empty());
    }

    #[test]
    fn what_is_left_out_of_a_digest_changes_nothing_in_it() {
        let form = |password: &str| {
            Form::new(vec![
                ("username".into(), Value::Text("ada".into())),
                ("password".into(), Value::Text(password.into())),
            ])
        };
        assert_eq!(form("a").digest(&["password"]), form("b").digest(&["password"]));
        assert_ne!(form("a").digest(&[]), form("b").digest(&[]));
    }

    #[test]
    fn an_empty_file_input_is_no_file() {
        let empty = File { name: String::new(), content_type: None, chunks: Vec::new() };
        let named = File { name: "a.jpg".into(), content_type: None, chunks: Vec::new() };
        let form = Form::new(vec![("f".into(), Value::File(empty)), ("f".into(), Value::File(named))]);
        assert_eq!(form.files("f").len(), 1);
    }
}
