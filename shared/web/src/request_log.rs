//! Common headers of every response, the one log line of every request, and the budget of its reads.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use aviary_telemetry::{Meter, MetricPlace, RequestLine};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use crate::client_info::Client;
use crate::error::{ApiError, Failure};
use crate::gateway::Unfit;
use crate::network::network;
use crate::read_budget::ReadBudget;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What outlives a request.
#[derive(Debug)]
pub(crate) struct Observer {
    pub(crate) place: MetricPlace,
    pub(crate) reads: ReadBudget,
}

/// Runs the request under a meter, turns a panic into a 500, sets the common headers and writes the log line.
pub(crate) async fn observe(
    State(observer): State<Arc<Observer>>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let log = client.log.clone();
    request.extensions_mut().insert(log.clone());
    let network = network(&client.address);
    if let Some(seconds) = observer.reads.wait(&network, began) {
        request.extensions_mut().insert(Unfit::TooManyReads { seconds });
    }
    let meter = Meter::default();
    let outcome = AssertUnwindSafe(meter.scope(next.run(request))).catch_unwind().await;
    let mut response = outcome.unwrap_or_else(|panic| ApiError::internal(message(&*panic)).into_response());
    let failure = response.extensions_mut().remove::<Failure>();
    if let Some(Failure(cause)) = &failure {
        tracing::error!(request.id = %client.request_id, error = %cause, "request failed");
    }
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR && failure.is_some() {
        response = with_request_id(response, &client.request_id);
    }
    finish(&mut response, &client.request_id);
    let cost = meter.cost();
    observer.reads.spend(network, cost.rcu, Instant::now());
    let line = RequestLine {
        request_id: &client.request_id,
        method: method.as_str(),
        route: log.route().unwrap_or("none"),
        status: response.status().as_u16(),
        duration_ms: began.elapsed().as_secs_f64() * 1_000.0,
        cost,
        user: log.caller().map(|user| user.to_string()),
    };
    line.write(&observer.place);
    response
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_default())
}

fn with_request_id(response: Response, id: &str) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = json!({ "detail": "Internal server error.", "request_id": id }).to_string();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Response::from_parts(parts, body.into())
}

fn finish(response: &mut Response, request_id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // By default a response sets cookies or has a user's data. A handler whose response has neither sets its own
    // header.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
