//! What a request says: its fields, with numbers as they were written.

use std::borrow::Cow;

use aviary_web::{ApiError, File, Form, Params, Value};
use axum::extract::{FromRequest, Request};
use serde_json::Value as Json;

/// Fields that hold integers, which JSON's numbers can't.
pub(crate) const UNREAD: [&str; 2] = ["integers", "integer_sets"];

/// The fields of body and query; the body wins. Lists of integers stay text.
#[derive(Debug)]
pub struct IntegerParams(pub(crate) Form);

impl<S: Send + Sync> FromRequest<S> for IntegerParams {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        Params::with_unread(request, &UNREAD).await.map(|Params(form)| Self(form))
    }
}

/// The JSON of a field that is a list of structures. In a form it may be one field with all of it, or, as lists are,
/// one field for each; such texts are put together.
pub(crate) fn list<'a>(form: &'a Form, name: &str) -> Option<Cow<'a, str>> {
    let is_one = form.names().filter(|field| *field == name).count() == 1;
    match form.get(name)? {
        // In a body of JSON it is what it is.
        Value::Json(Json::String(text)) => Some(text.into()),
        Value::Text(text) if is_one && !text.trim_start().starts_with('{') => Some(text.into()),
        Value::File(file) if is_one => Some(content(file).into()),
        _ => {
            let texts: Vec<String> = form.all(name).iter().map(text_of).collect();
            Some(format!("[{}]", texts.join(",")).into())
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Json(json) => json.to_string(),
        Value::File(file) => content(file),
    }
}

/// A file's text. What is no text is no JSON either, and its parser says so.
fn content(file: &File) -> String {
    String::from_utf8_lossy(&file.chunks.concat()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(texts: &[&str]) -> Form {
        Form::new(texts.iter().map(|text| ("a".to_owned(), Value::Text((*text).to_owned()))).collect())
    }

    #[test]
    fn a_list_is_one_field_or_a_field_for_each() {
        let list = |texts: &[&str]| list(&form(texts), "a").map(Cow::into_owned);
        assert_eq!(list(&[]), None);
        assert_eq!(list(&["[1, 2]"]).as_deref(), Some("[1, 2]"));
        assert_eq!(list(&["null"]).as_deref(), Some("null"));
        assert_eq!(list(&["{\"x\":1}"]).as_deref(), Some("[{\"x\":1}]"));
        assert_eq!(list(&["{\"x\":1}", "{}"]).as_deref(), Some("[{\"x\":1},{}]"));
        // Only a form has lists item by item.
        let json = Form::new(vec![("a".to_owned(), Value::Json(Json::String("{\"x\":1}".to_owned())))]);
        assert_eq!(super::list(&json, "a").as_deref(), Some("{\"x\":1}"));
    }
}
