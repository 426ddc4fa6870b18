//! Answers: a function's output as API Gateway reads it, and those that the gateway gives itself.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    header::{
        CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE, TRANSFER_ENCODING, UPGRADE,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::failure::Failure;

/// An answer over HTTP.
pub(super) type Reply = Response<Full<Bytes>>;

/// A function's output in payload format 2.0.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    status_code: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// What a client gets for a function's outcome.
pub(super) fn of_outcome(outcome: Result<Bytes, Failure>, method: &Method, request_id: &str) -> Reply {
    match outcome {
        Ok(output) => of_output(&output, method).unwrap_or_else(|| internal_error(request_id)),
        Err(Failure::TooMany) => own(StatusCode::TOO_MANY_REQUESTS, &message("Too Many Requests"), request_id),
        Err(Failure::NotStarted(_) | Failure::TimedOut(_)) => unavailable(request_id),
        Err(Failure::Reported(_) | Failure::TooLarge | Failure::Died(_)) => internal_error(request_id),
    }
}

/// JSON without a status is the body of a 200. `None` for anything that API Gateway refuses.
fn of_output(output: &Bytes, method: &Method) -> Option<Reply> {
    let value: Value = serde_json::from_slice(output).ok()?;
    if value.get("statusCode").is_none() {
        return Some(json_reply(StatusCode::OK, output.clone()));
    }
    let output: Output = serde_json::from_value(value).ok()?;
    let body = match output.body {
        Some(body) if output.is_base64_encoded => BASE64_STANDARD.decode(body).ok()?,
        body => body.unwrap_or_default().into_bytes(),
    };
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = StatusCode::from_u16(output.status_code).ok()?;
    for (name, value) in output.headers.unwrap_or_default() {
        let name: HeaderName = name.parse().ok()?;
        // The connection is the gateway's. Only HEAD has a length that is not the body's.
        let own = [CONNECTION, TRANSFER_ENCODING, UPGRADE].contains(&name);
        if own || name == CONTENT_LENGTH && method != Method::HEAD {
            continue;
        }
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        reply.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    for cookie in output.cookies.unwrap_or_default() {
        reply.headers_mut().append(SET_COOKIE, HeaderValue::from_bytes(cookie.as_bytes()).ok()?);
    }
    Some(reply)
}

/// The gateway has no answer of the function.
pub(super) fn internal_error(request_id: &str) -> Reply {
    own(StatusCode::INTERNAL_SERVER_ERROR, &message("Internal Server Error"), request_id)
}

/// The function could not be started, or took too long.
pub(super) fn unavailable(request_id: &str) -> Reply {
    own(StatusCode::SERVICE_UNAVAILABLE, &message("Service Unavailable"), request_id)
}

/// The request's target or body can't be read.
pub(super) fn bad_request(request_id: &str) -> Reply {
    own(StatusCode::BAD_REQUEST, &message("Bad Request"), request_id)
}

/// No function gets a body this large. The text is the one that clients know from ours.
pub(super) fn too_large(request_id: &str) -> Reply {
    own(StatusCode::PAYLOAD_TOO_LARGE, &json!({"detail": "Request body too large."}), request_id)
}

fn message(text: &str) -> Value {
    json!({"message": text})
}

fn own(status: StatusCode, body: &Value, request_id: &str) -> Reply {
    let mut reply = json_reply(status, Bytes::from(body.to_string()));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        reply.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    reply.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

/// What a direct invocation gets: the output, or Lambda's report of the failure with its header.
pub(super) fn of_invocation(outcome: Result<Bytes, Failure>) -> Reply {
    let failure = match outcome {
        Ok(output) => return json_reply(StatusCode::OK, output),
        Err(failure) => failure,
    };
    let report = |failure: &Failure| json!({"errorType": failure.error_type(), "errorMessage": failure.to_string()});
    let (status, body) = match failure {
        Failure::TooMany => (StatusCode::TOO_MANY_REQUESTS, Bytes::from(report(&failure).to_string())),
        Failure::Reported(report) => (StatusCode::INTERNAL_SERVER_ERROR, report),
        failure => (StatusCode::INTERNAL_SERVER_ERROR, Bytes::from(report(&failure).to_string())),
    };
    let mut reply = json_reply(status, body);
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        let name = HeaderName::from_static("x-amz-function-error");
        reply.headers_mut().insert(name, HeaderValue::from_static("Unhandled"));
    }
    reply
}

/// Functions are invoked by programs of this machine.
pub(super) fn foreign() -> Reply {
    let body = json!({"message": "Functions are invoked from this machine only: ask 127.0.0.1 or localhost."});
    json_reply(StatusCode::FORBIDDEN, Bytes::from(body.to_string()))
}

/// A direct invocation of a function that does not exist.
pub(super) fn no_function(name: &str) -> Reply {
    let body = json!({"Type": "User", "Message": format!("Function not found: {name}")});
    json_reply(StatusCode::NOT_FOUND, Bytes::from(body.to_string()))
}

fn json_reply(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use http_body_util::BodyExt;

    use super::*;

    async fn text(reply: Reply) -> String {
        String::from_utf8(reply.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    fn reply(output: &Value, method: Method) -> Reply {
        of_outcome(Ok(Bytes::from(output.to_string())), &method, "an-id")
    }

    #[tokio::test]
    async fn output_becomes_an_answer() {
        let output = json!({
            "statusCode": 201,
            "headers": {"content-type": "text/plain", "x-n": 7, "content-length": "99", "connection": "close"},
            "cookies": ["a=1; Path=/", "b=2"],
            "body": "aMOp",
            "isBase64Encoded": true,
        });
        let answer = reply(&output, Method::GET);
        assert_eq!(answer.status(), 201);
        let mut headers: Vec<_> =
            answer.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        headers.sort();
        assert_eq!(headers, ["content-type: text/plain", "set-cookie: a=1; Path=/", "set-cookie: b=2", "x-n: 7"]);
        assert_eq!(text(answer).await, "hé");
        let head = reply(&json!({"statusCode": 200, "headers": {"content-length": "99"}}), Method::HEAD);
        assert_eq!(head.headers().get(CONTENT_LENGTH).unwrap(), "99");
    }

    #[tokio::test]
    async fn json_without_a_status_is_a_body() {
        let answer = reply(&json!({"a": 1}), Method::GET);
        assert_eq!((answer.status().as_u16(), text(answer).await), (200, r#"{"a":1}"#.to_owned()));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_answered_as_the_gateway_does() {
        let timed_out = Failure::TimedOut(Duration::from_secs(10));
        for (outcome, status, text_of_it) in [
            (Ok(Bytes::from_static(b"no json")), 500, "Internal Server Error"),
            (Ok(Bytes::from_static(b"{\"statusCode\":\"x\"}")), 500, "Internal Server Error"),
            (Ok(Bytes::from_static(b"{\"statusCode\":200,\"headers\":{\"a b\":\"c\"}}")), 500, "Internal Server Error"),
            (Err(Failure::Died("signal 9".to_owned())), 500, "Internal Server Error"),
            (Err(Failure::Reported(Bytes::new())), 500, "Internal Server Error"),
            (Err(Failure::TooLarge), 500, "Internal Server Error"),
            (Err(Failure::NotStarted("exit 1".to_owned())), 503, "Service Unavailable"),
            (Err(timed_out), 503, "Service Unavailable"),
            (Err(Failure::TooMany), 429, "Too Many Requests"),
        ] {
            let answer = of_outcome(outcome, &Method::GET, "an-id");
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers().get("x-request-id").unwrap(), "an-id");
            assert_eq!(text(answer).await, json!({"message": text_of_it}).to_string());
        }
    }

    #[tokio::test]
    async fn a_direct_invocation_gets_the_report_of_a_failure() {
        let report = Bytes::from_static(br#"{"errorType":"Oops","errorMessage":"no"}"#);
        let answer = of_invocation(Err(Failure::Reported(report.clone())));
        assert_eq!((answer.status().as_u16(), answer.headers().contains_key("x-amz-function-error")), (500, true));
        assert_eq!(text(answer).await.as_bytes(), report);
        let answer = of_invocation(Err(Failure::Died("signal 9".to_owned())));
        assert!(text(answer).await.contains("Runtime.ExitError"));
        assert_eq!(of_invocation(Err(Failure::TooMany)).status(), 429);
    }
}
