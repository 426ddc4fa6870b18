//! Reads the fields of a request. Lists of integers stay text, since a parsed JSON number has a limited size.

use std::borrow::Cow;

use aviary_web::{ApiError, File, Form, Params, Value};
use axum::extract::{FromRequest, Request};

/// Fields that are not parsed as JSON values: a parsed JSON number cannot hold an integer of any size.
pub(crate) const RAW_FIELDS: [&str; 2] = ["integers", "integer_sets"];

/// The fields of the body and the query; the body wins. The fields in [`RAW_FIELDS`] stay text.
#[derive(Debug)]
pub struct IntegerParams(pub(crate) Form);

impl<S: Send + Sync> FromRequest<S> for IntegerParams {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        Params::with_raw_fields(request, &RAW_FIELDS).await.map(|Params(form)| Self(form))
    }
}

/// The JSON of a field that is a list of objects. A form may send the whole list in one field, or one object in each of
/// several fields of the same name, which are joined here.
pub(crate) fn json_of_list<'a>(form: &'a Form, name: &str) -> Option<Cow<'a, str>> {
    let is_one = form.names().filter(|field| *field == name).count() == 1;
    match form.get(name)? {
        Value::Raw(text) => Some(text.into()),
        Value::Text(text) if is_one && !text.trim_start().starts_with('{') => Some(text.into()),
        Value::File(file) if is_one => Some(file_text(file).into()),
        _ => {
            let texts: Vec<String> = form.all(name).iter().map(text_of).collect();
            Some(format!("[{}]", texts.join(",")).into())
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Raw(text) => text.clone(),
        Value::File(file) => file_text(file),
        // A raw field of JSON is never parsed.
        Value::Json(_) | Value::Number(_) | Value::Object(_) => "null".to_owned(),
    }
}

/// A file's text. Bytes that are not UTF-8 are not valid JSON either, so the JSON parser reports them.
fn file_text(file: &File) -> String {
    String::from_utf8_lossy(&file.chunks.concat()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(texts: &[&str]) -> Form {
        Form::new(texts.iter().map(|text| ("a".to_owned(), Value::Text((*text).to_owned()))).collect())
    }

    #[test]
    fn a_list_is_one_field_or_one_field_per_item() {
        let list = |texts: &[&str]| json_of_list(&form(texts), "a").map(Cow::into_owned);
        assert_eq!(list(&[]), None);
        assert_eq!(list(&["[1, 2]"]).as_deref(), Some("[1, 2]"));
        assert_eq!(list(&["null"]).as_deref(), Some("null"));
        assert_eq!(list(&["{\"x\":1}"]).as_deref(), Some("[{\"x\":1}]"));
        assert_eq!(list(&["{\"x\":1}", "{}"]).as_deref(), Some("[{\"x\":1},{}]"));
        // Only a form may send a list item by item.
        let json = Form::new(vec![("a".to_owned(), Value::Raw("{\"x\":1}".to_owned()))]);
        assert_eq!(json_of_list(&json, "a").as_deref(), Some("{\"x\":1}"));
    }
}
