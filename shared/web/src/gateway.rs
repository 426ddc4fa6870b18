//! Undoes what API Gateway does to a request, before the router sees it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aviary_model::Clock;
use axum::Router;
use axum::body::Body;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::COOKIE;
use http::uri::Authority;
use lambda_http::request::LambdaRequest;
use lambda_http::{LambdaEvent, RequestExt};
use tower::Service;

use crate::client_info::Client;
use crate::deadline::TimeLeft;
use crate::error::ApiError;
use crate::path;
use crate::trusted_proxy::TrustedProxy;

/// The largest event of a synchronous Lambda invocation: 6 MiB.
const MAX_EVENT_BYTES: usize = 6 * 1_024 * 1_024;
/// Allowance for the event's other fields: context, names, punctuation.
const EVENT_OVERHEAD_BYTES: usize = 2_048;

/// Repairs an event's path, host and scheme, so that they can be parsed as a URI.
pub(crate) fn repair(mut event: LambdaEvent<LambdaRequest>, path_is_encoded: bool) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        if !path_is_encoded {
            request.raw_path = request.raw_path.as_deref().map(path::encode);
        }
        // lambda_http would drop all of them if one of them is not ASCII.
        for cookie in request.cookies.take().into_iter().flatten() {
            if let Ok(cookie) = HeaderValue::from_bytes(cookie.as_bytes()) {
                request.headers.append(COOKIE, cookie);
            }
        }
        // lambda_http parses both headers unchecked, and panics at an invalid one.
        let host = request.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        if host.is_none_or(|host| host.parse::<Authority>().is_err()) {
            request.headers.insert(http::header::HOST, HeaderValue::from_static("localhost"));
        }
        let proto = request.headers.get("x-forwarded-proto").map(HeaderValue::as_bytes);
        if !matches!(proto, Some(b"http" | b"https")) {
            request.headers.remove("x-forwarded-proto");
        }
    }
    event
}

/// The router, and the rules that apply before routing: size, client, time, trailing slash.
#[derive(Clone, Debug)]
pub(crate) struct BeforeRouting {
    pub(crate) router: Router,
    pub(crate) public_url: Option<String>,
    pub(crate) proxy: Option<TrustedProxy>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Service<lambda_http::Request> for BeforeRouting {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: lambda_http::Request) -> Self::Future {
        let context = request.request_context_ref();
        let client = Client::of(request.headers(), context, self.public_url.as_deref(), self.proxy);
        let deadline = request.lambda_context_ref().map(|context| context.deadline);
        let left = deadline.and_then(|deadline| TimeLeft::until(deadline, &*self.clock));
        let too_large = event_bytes(&request) > MAX_EVENT_BYTES;
        if let Some(uri) = path::without_trailing_slash(request.uri()) {
            *request.uri_mut() = uri;
        }
        request.extensions_mut().insert(client);
        if let Some(left) = left {
            request.extensions_mut().insert(left);
        }
        if too_large {
            // The layers refuse it, so that the response has its headers and its log line.
            request.extensions_mut().insert(TooLarge);
            *request.body_mut() = lambda_http::Body::Empty;
        }
        let mut router = self.router.clone();
        Box::pin(async move { router.call(request.map(Body::new)).await })
    }
}

/// Marks a request whose event AWS would have refused.
#[derive(Clone, Copy, Debug)]
struct TooLarge;

/// Responds with 413 to a marked request.
pub(crate) async fn refuse_too_large(request: axum::extract::Request, next: Next) -> Response {
    match request.extensions().get::<TooLarge>() {
        Some(TooLarge) => ApiError::too_large().into_response(),
        None => next.run(request).await,
    }
}

/// The size of the event in bytes. Its body is base64 or escaped JSON.
fn event_bytes(request: &lambda_http::Request) -> usize {
    let body = match request.body() {
        lambda_http::Body::Text(text) => escaped_bytes(text),
        lambda_http::Body::Binary(bytes) => bytes.len().div_ceil(3) * 4,
        _ => 0,
    };
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 6).sum();
    body + headers + request.uri().to_string().len() + EVENT_OVERHEAD_BYTES
}

fn escaped_bytes(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 1,
        0..=0x1f => 5,
        _ => 0,
    });
    text.len() + escapes.sum::<usize>()
}
