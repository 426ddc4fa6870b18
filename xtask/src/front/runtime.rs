//! The Lambda Runtime API, which the functions' processes use as on AWS. Each has a desk with a number in its URL.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderName},
};

use super::{
    body::{self, NoBody},
    desk::{Desk, Desks, Event},
    failure::Failure,
    own_machine::is_of_this_machine,
};

/// Lambda's largest answer.
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// Answers one request of a process.
pub(super) async fn answer(desks: Arc<Desks>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if !is_of_this_machine(request.headers()) {
        return status(StatusCode::FORBIDDEN);
    }
    let path = request.uri().path().to_owned();
    let found = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    let Some((desk, call)) = found.and_then(|(number, call)| Some((desks.get(number.parse().ok()?)?, call))) else {
        return status(StatusCode::GONE);
    };
    let words: Vec<&str> = call.split('/').collect();
    match (request.method(), words.as_slice()) {
        (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => next(&desk).await,
        (&Method::POST, ["2018-06-01", "runtime", "invocation", id, verb @ ("response" | "error")]) => {
            let answer = match body::read(request.into_body(), LARGEST_ANSWER, false).await {
                Ok(report) if *verb == "error" => Err(Failure::Reported(report)),
                Ok(output) => Ok(output),
                Err(NoBody::TooLarge) => Err(Failure::TooLarge),
                // The process has gone; that is seen elsewhere.
                Err(NoBody::Broken) => return status(StatusCode::BAD_REQUEST),
            };
            let too_large = answer == Err(Failure::TooLarge);
            match (desk.hand_in(id, answer), too_large) {
                (true, false) => accepted(),
                (true, true) => status(StatusCode::PAYLOAD_TOO_LARGE),
                (false, _) => status(StatusCode::BAD_REQUEST),
            }
        }
        // The process says why in its own output, and ends.
        (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => accepted(),
        // A function registers as an extension to be told of its end. Here it is ended without a word.
        (&Method::POST, ["2020-01-01", "extension", "register"]) => registered(),
        (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => std::future::pending().await,
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn next(desk: &Desk) -> Response<Full<Bytes>> {
    let Some(Event { id, body, deadline_ms }) = desk.fetch().await else { return status(StatusCode::GONE) };
    let response = Response::builder()
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", deadline_ms)
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:local")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body));
    response.unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
}

fn accepted() -> Response<Full<Bytes>> {
    with(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn registered() -> Response<Full<Bytes>> {
    let mut response =
        with(StatusCode::OK, r#"{"functionName":"function","functionVersion":"$LATEST","handler":"bootstrap"}"#);
    let name = HeaderName::from_static("lambda-extension-identifier");
    response
        .headers_mut()
        .insert(name, hyper::header::HeaderValue::from_static("00000000-0000-4000-8000-000000000001"));
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    with(status, "{}")
}

fn with(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response
}
