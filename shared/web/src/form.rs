//! The fields of a request, the same for JSON, forms and multipart.

use bytes::Bytes;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The value of a field.
#[derive(Clone, Debug)]
pub enum Value {
    /// A value of a JSON body.
    Json(Json),
    /// A text of a form or of multipart.
    Text(String),
    /// A file of multipart.
    File(File),
}

/// An uploaded file. Its bytes are slices of the request and are never joined.
#[derive(Clone, Debug)]
pub struct File {
    /// The client's file name.
    pub name: String,
    /// The declared content type, without parameters.
    pub content_type: Option<String>,
    /// The bytes, in order.
    pub chunks: Vec<Bytes>,
}

impl File {
    /// The size in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.chunks.iter().map(Bytes::len).sum()
    }
}

/// The fields of a request, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, Value)>);

impl Form {
    /// A form with these fields.
    #[must_use]
    pub fn new(fields: Vec<(String, Value)>) -> Self {
        Self(fields)
    }

    /// The value of a field. Of a repeated field the last counts, as in Django.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// All values of a field: repeated in a form, or a list in JSON.
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

    /// Whether the field has a value that is neither a file nor an empty text.
    #[must_use]
    pub fn has_non_file(&self, name: &str) -> bool {
        self.all(name).iter().any(|value| match value {
            Value::File(_) => false,
            Value::Text(text) => !text.is_empty(),
            Value::Json(_) => true,
        })
    }

    /// The size of all files together, in bytes.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        let size = |value: &Value| if let Value::File(file) = value { file.size() } else { 0 };
        self.0.iter().map(|(_, value)| u64::try_from(size(value)).unwrap_or(u64::MAX)).sum()
    }

    /// The files of a field, in order. A file without name and bytes is left out: browsers send it for an empty file
    /// input.
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

    /// These fields and those of `other`, which win where both have a field.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        self.0.retain(|(name, _)| other.get(name).is_none());
        self.0.extend(other.0);
        self
    }

    /// The fields named `name.field`, without the prefix.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        let own = |field: &str| field.strip_prefix(name)?.strip_prefix('.').map(ToOwned::to_owned);
        Self(self.0.iter().filter_map(|(field, value)| Some((own(field)?, value.clone()))).collect())
    }

    /// A hash of all fields. It depends on their order, and for texts not on the content type. Fields in `without` are
    /// left out: a fast hash of a password must not be stored.
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
    fn get_takes_the_last_value_and_all_takes_every_one() {
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
    fn a_digest_ignores_the_fields_left_out() {
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
    fn an_empty_file_input_is_not_a_file() {
        let empty = File { name: String::new(), content_type: None, chunks: Vec::new() };
        let named = File { name: "a.jpg".into(), content_type: None, chunks: Vec::new() };
        let form = Form::new(vec![("f".into(), Value::File(empty)), ("f".into(), Value::File(named))]);
        assert_eq!(form.files("f").len(), 1);
    }
}
