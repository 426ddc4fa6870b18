//! The fields of a request, the same for JSON, forms and multipart.

use bytes::Bytes;
use serde_json::Value as Json;

use crate::form_digest;
use crate::json_number::JsonNumber;

/// The field of a form that has the CSRF token, in place of a header.
const CSRF_FIELD: &str = "csrfmiddlewaretoken";

/// The name of a field as it is sent, and the one under which another route reads it.
pub type Renaming = (&'static str, &'static str);

/// The value of a field.
#[derive(Clone, Debug)]
pub enum Value {
    /// A value of a JSON body that is neither a number nor an object.
    Json(Json),
    /// A number of a JSON body, with every digit.
    Number(JsonNumber),
    /// An object of a JSON body.
    Object(Form),
    /// The JSON text of a field that the handler reads itself, as it was sent.
    Raw(String),
    /// A text of a form or of multipart. Line breaks are LF.
    Text(String),
    /// A file of multipart.
    File(File),
}

/// An uploaded file. Its bytes are slices of the request and are never joined.
#[derive(Clone, Debug)]
pub struct File {
    /// The client's file name, as far as it can be read. Nothing may depend on it but whether it is empty.
    pub name: String,
    /// The declared content type, in lower case and without parameters.
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

    /// Whether this is what a browser sends for a file input that was left empty.
    #[must_use]
    pub fn is_empty_input(&self) -> bool {
        self.name.is_empty() && self.size() == 0
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
        note(name);
        self.find(name)
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// All values of a field: repeated in a form, or a list in JSON.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<Value> {
        note(name);
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
            Value::Json(_) | Value::Number(_) | Value::Object(_) | Value::Raw(_) => true,
        })
    }

    /// The size of all files together, in bytes.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.all_files().map(|file| u64::try_from(file.size()).unwrap_or(u64::MAX)).sum()
    }

    /// All files, also inputs that were left empty.
    pub(crate) fn all_files(&self) -> impl Iterator<Item = &File> {
        self.0.iter().filter_map(|(_, value)| if let Value::File(file) = value { Some(file) } else { None })
    }

    /// The files of a field, in order, without inputs that were left empty.
    #[must_use]
    pub fn files(&self, name: &str) -> Vec<File> {
        self.file_inputs(name).into_iter().flatten().cloned().collect()
    }

    /// The file inputs of a field, in order. One that was left empty is `None`, so that each keeps its place.
    #[must_use]
    pub fn file_inputs(&self, name: &str) -> Vec<Option<&File>> {
        self.file_inputs_of(&[name]).into_iter().map(|(_, file)| file).collect()
    }

    /// The file inputs of several fields in the order in which they were sent, each with the name of its field.
    #[must_use]
    pub fn file_inputs_of(&self, names: &[&str]) -> Vec<(&str, Option<&File>)> {
        names.iter().for_each(|name| note(name));
        self.fields()
            .filter(|(name, _)| names.contains(name))
            .filter_map(|(name, value)| match value {
                Value::File(file) => Some((name, (!file.is_empty_input()).then_some(file))),
                Value::Text(text) if text.is_empty() => Some((name, None)),
                _ => None,
            })
            .collect()
    }

    /// These fields and those of `other`, which win where both have a field.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        self.0.retain(|(name, _)| other.find(name).is_none());
        self.0.extend(other.0);
        self
    }

    /// The fields named `name.field`, without the prefix.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        note(name);
        let own = |field: &str| field.strip_prefix(name)?.strip_prefix('.').map(ToOwned::to_owned);
        Self(self.0.iter().filter_map(|(field, value)| Some((own(field)?, value.clone()))).collect())
    }

    /// These fields alone, each under another name: pairs of the sent and the new one, as the reader `handed_on` of
    /// [`body!`](crate::body) makes them. What proves that a form is of our own site stays too.
    #[must_use]
    pub fn renamed(&self, names: &[Option<Renaming>]) -> Self {
        let names: Vec<_> = names.iter().flatten().copied().chain([(CSRF_FIELD, CSRF_FIELD)]).collect();
        for (field, new_name) in &names {
            tracing::trace!(field, new_name, "a field is asked for and renamed");
        }
        let new_name = |field: &str| names.iter().find(|(sent, _)| *sent == field).map(|(_, new)| (*new).to_owned());
        Self(self.fields().filter_map(|(field, value)| Some((new_name(field)?, value.clone()))).collect())
    }

    /// A hash of what the fields say. The order of fields with different names does not count, nor that of the members
    /// of JSON objects at any depth, nor whether a text or number came in JSON or a form, nor the names of files.
    /// Fields in `without` are left out: a fast hash of a password must not be stored.
    #[must_use]
    pub fn digest(&self, without: &[&str]) -> String {
        form_digest::of(self, without)
    }

    /// All fields, in the order in which they were sent.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Names a field that is asked for, never its value. A test compares the names with those that the OpenAPI document
/// has.
fn note(field: &str) {
    tracing::trace!(field, "a field is asked for");
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
    fn renamed_fields_keep_their_values_and_others_are_left_out() {
        let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned()));
        let form =
            Form::new(vec![text("content", "1"), text("other", "2"), text("content", "3"), text(CSRF_FIELD, "4")]);
        let renamed = form.renamed(&[Some(("content", "message")), None, Some(("absent", "x"))]);
        assert_eq!(renamed.names().collect::<Vec<_>>(), ["message", "message", CSRF_FIELD]);
        assert!(matches!(renamed.get("message"), Some(Value::Text(text)) if text == "3"));
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
        assert_eq!(form.file_inputs("f").iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    }
}
