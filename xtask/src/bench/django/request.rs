//! The HTTP requests of which API Gateway made the sample events.

use anyhow::{Context as _, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use ureq::http::Request;

/// Bytes of a path that are encoded. API Gateway has decoded it.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Headers that belong to one connection, and those that API Gateway adds.
const LEFT_OUT: [&str; 4] = ["accept-encoding", "content-length", "host", "x-amzn-trace-id"];

/// The request of an event, to a server at this base URL.
pub(super) fn of_event(event: &[u8], url: &str) -> Result<Request<String>> {
    let event: Value = serde_json::from_slice(event).context("an event is not JSON")?;
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let path = utf8_percent_encode(text("/rawPath").context("an event has no path")?, ENCODED);
    let method = text("/requestContext/http/method").context("an event has no method")?;
    let mut request = Request::builder().method(method).uri(format!("{url}{path}"));
    let headers = event.get("headers").and_then(Value::as_object).into_iter().flat_map(Map::iter);
    for (name, value) in headers.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    Ok(request.body(text("/body").unwrap_or_default().to_owned())?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_what_api_gateway_made_the_event_of() {
        let event = json!({
            "rawPath": "/auth/what? 100% größer/",
            "headers": {"authorization": "Bearer x", "host": "api", "content-length": "2"},
            "requestContext": {"http": {"method": "POST"}},
            "body": "{}",
        });
        let request = of_event(event.to_string().as_bytes(), "http://127.0.0.1:8000").unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "http://127.0.0.1:8000/auth/what%3F%20100%25%20gr%C3%B6%C3%9Fer/");
        assert_eq!(request.headers().len(), 1);
        assert_eq!(request.headers()["authorization"], "Bearer x");
        assert_eq!(request.body(), "{}");
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        assert!(of_event(br#"{"Records": []}"#, "http://127.0.0.1:8000").is_err());
    }
}
