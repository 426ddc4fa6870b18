//! `message` beside Django REST framework's errors, for routes whose clients read an error's text there.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use crate::error::ApiError;

/// Adds `message` to the JSON of an error: its `detail`, or the first message of its first field. An error that has a
/// member of this name stays as it is.
pub(crate) async fn tell_message(request: Request, next: Next) -> Result<Response, ApiError> {
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(ApiError::internal)?.to_bytes();
    let Some(with_message) = serde_json::from_slice(&bytes).ok().and_then(with_message) else {
        return Ok(Response::from_parts(parts, Body::from(bytes)));
    };
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(Value::Object(with_message).to_string())))
}

/// The error with its message, if it has none yet.
fn with_message(mut error: Map<String, Value>) -> Option<Map<String, Value>> {
    if error.contains_key("message") {
        return None;
    }
    let message = error.values().find_map(first_text)?.to_owned();
    error.insert("message".to_owned(), Value::String(message));
    Some(error)
}

fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.iter().find_map(first_text),
        Value::Object(fields) => fields.values().find_map(first_text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(error: Value) -> Option<Value> {
        let Value::Object(error) = error else { panic!("an object is needed") };
        with_message(error).map(Value::Object)
    }

    #[test]
    fn the_message_is_the_errors_first_text() {
        let not_found = json!({"detail": "Not found.", "code": "x", "message": "Not found."});
        assert_eq!(told(json!({"detail": "Not found.", "code": "x"})), Some(not_found));
        let nested = told(json!({"profile": {"bio": ["Long.", "Blank."]}, "name": ["Short."]}));
        assert_eq!(nested.expect("a message")["message"], "Long.");
    }

    #[test]
    fn a_field_of_this_name_stays() {
        assert_eq!(told(json!({"message": ["This field is required."]})), None);
        assert_eq!(told(json!({})), None);
    }
}
