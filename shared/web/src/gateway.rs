//! From API Gateway's event to the router's request, and from its response to the gateway's.
//!
//! `lambda_http` has its own way for this, of which two things don't fit. It makes an absolute URL of each path, which costs
//! a parser of URLs, normalises what the client sent, and panics at a `Host` that is none; and it reads each event
//! twice.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aviary_model::Clock;
use axum::body::{Body, to_bytes};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use lambda_http::aws_lambda_events::encodings;
use lambda_http::{Error, LambdaEvent};
use serde_json::value::RawValue;
use tower::Service;

use crate::client_info::Client;
use crate::deadline::TimeLeft;
use crate::error::ApiError;
use crate::path;
use crate::serve::Served;
use crate::trusted_proxy::TrustedProxy;

/// The largest event of a synchronous Lambda invocation: 6 MiB.
const MAX_EVENT_BYTES: usize = 6 * 1_024 * 1_024;
/// Allowance for the event's other fields: context, names, punctuation.
const EVENT_OVERHEAD_BYTES: usize = 2_048;

/// What serves requests, and the rules that apply before it: size, client, time, trailing slash.
#[derive(Clone, Debug)]
pub(crate) struct BeforeRouting {
    pub(crate) served: Served,
    /// Whether paths arrive percent-encoded.
    pub(crate) path_is_encoded: bool,
    pub(crate) public_url: Option<String>,
    pub(crate) proxy: Option<TrustedProxy>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The runtime notes where in an event it is while it reads it, for the message of an error. So it only hands the text
/// on, which is then read without that.
impl Service<LambdaEvent<Box<RawValue>>> for BeforeRouting {
    type Response = ApiGatewayV2httpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<ApiGatewayV2httpResponse, Error>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<Box<RawValue>>) -> Self::Future {
        let LambdaEvent { payload, context } = event;
        let event = match serde_json::from_str(payload.get()) {
            Ok(event) => event,
            Err(error) => return Box::pin(std::future::ready(Err(error.into()))),
        };
        drop(payload);
        let request = self.request(event, &context);
        let is_head = request.method() == Method::HEAD;
        let mut served = self.served.clone();
        Box::pin(async move {
            let mut response = served.call(request).await?;
            if is_head {
                // The router has dropped the body already, but not those of the layers' own responses.
                *response.body_mut() = Body::empty();
            }
            of_response(response).await
        })
    }
}

impl BeforeRouting {
    fn request(&self, event: ApiGatewayV2httpRequest, context: &lambda_http::Context) -> axum::extract::Request {
        let client = Client::of(&event.headers, Some(&event.request_context), self.public_url.as_deref(), self.proxy);
        let path = event.raw_path.as_deref().unwrap_or("/");
        let path = if self.path_is_encoded { Cow::Borrowed(path) } else { Cow::Owned(path::encode(path)) };
        let uri = path::target(&path, event.raw_query_string.as_deref());
        let too_large = event_bytes(&event) > MAX_EVENT_BYTES;

        let body = match event.body {
            Some(text) if event.is_base64_encoded => BASE64_STANDARD.decode(&text).map_or(Body::from(text), Body::from),
            Some(text) => Body::from(text),
            None => Body::empty(),
        };
        let mut request = axum::extract::Request::new(body);
        *request.method_mut() = event.request_context.http.method;
        *request.headers_mut() = event.headers;
        for cookie in event.cookies.into_iter().flatten() {
            if let Ok(cookie) = HeaderValue::from_bytes(cookie.as_bytes()) {
                request.headers_mut().append(COOKIE, cookie);
            }
        }
        request.extensions_mut().insert(client);
        if let Some(left) = TimeLeft::until(context.deadline, &*self.clock) {
            request.extensions_mut().insert(left);
        }
        // The layers refuse what is unfit, so that the response has its headers and its log line.
        match uri {
            Some(uri) => *request.uri_mut() = uri,
            None => drop(request.extensions_mut().insert(Unfit::Path)),
        }
        if too_large {
            request.extensions_mut().insert(Unfit::TooLarge);
            *request.body_mut() = Body::empty();
        }
        request
    }
}

/// Why no handler gets a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unfit {
    /// Its network has used too many read units of this process lately.
    TooManyReads {
        /// When it may come again.
        seconds: i64,
    },
    /// AWS would have refused its event.
    TooLarge,
    /// Its path or its query is none.
    Path,
}

/// Responds to requests that no handler gets.
pub(crate) async fn refuse_unfit(request: axum::extract::Request, next: Next) -> Response {
    match request.extensions().get::<Unfit>() {
        Some(Unfit::TooManyReads { seconds }) => ApiError::throttled(*seconds).into_response(),
        Some(Unfit::TooLarge) => ApiError::too_large().into_response(),
        Some(Unfit::Path) => ApiError::detail(StatusCode::BAD_REQUEST, "The path is not valid.").into_response(),
        None => next.run(request).await,
    }
}

/// The gateway's form of a response. Cookies are apart in it. A body of text travels as it is, any other in base64.
///
/// Lambda takes no answer above 6 MiB: it would count as a failure of the function, and its client would get a 500. So
/// such an answer is refused here, and as what asked for it.
async fn of_response(response: Response) -> Result<ApiGatewayV2httpResponse, Error> {
    let (mut parts, body) = response.into_parts();
    let mut bytes = to_bytes(body, usize::MAX).await?;
    if answer_bytes(&parts.headers, &bytes) > MAX_EVENT_BYTES {
        tracing::warn!(bytes = bytes.len(), status = parts.status.as_u16(), "the answer is too large for Lambda");
        parts.status = StatusCode::PAYLOAD_TOO_LARGE;
        for of_the_answer in [CONTENT_LENGTH, CONTENT_ENCODING, ETAG] {
            parts.headers.remove(of_the_answer);
        }
        parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        bytes = Bytes::from_static(br#"{"detail":"The answer to this request would be too large."}"#);
    }
    let cookies = parts.headers.get_all(SET_COOKIE).iter();
    let cookies = cookies.filter_map(|cookie| cookie.to_str().ok().map(ToOwned::to_owned)).collect();
    parts.headers.remove(SET_COOKIE);

    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = parts.headers;
    answer.cookies = cookies;
    if !bytes.is_empty() {
        let body = match String::from_utf8(bytes.into()) {
            Ok(text) => encodings::Body::Text(text),
            Err(error) => encodings::Body::Binary(error.into_bytes()),
        };
        answer.is_base64_encoded = matches!(body, encodings::Body::Binary(_));
        answer.body = Some(body);
    }
    Ok(answer)
}

/// The size of an answer in bytes as Lambda gets it: its body is escaped JSON, or base64 if it is no text.
fn answer_bytes(headers: &HeaderMap, body: &[u8]) -> usize {
    let body = match std::str::from_utf8(body) {
        // Six bytes are the most that an escaped one takes.
        Ok(text) if text.len() > MAX_EVENT_BYTES / 8 => escaped_bytes(text),
        Ok(text) => text.len(),
        Err(_) => body.len().div_ceil(3) * 4,
    };
    headers_bytes(headers) + body + EVENT_OVERHEAD_BYTES
}

/// The size of the event in bytes. Its body is base64 or escaped JSON.
fn event_bytes(event: &ApiGatewayV2httpRequest) -> usize {
    let body =
        event.body.as_deref().map_or(0, |body| if event.is_base64_encoded { body.len() } else { escaped_bytes(body) });
    let cookies: usize = event.cookies.iter().flatten().map(|cookie| cookie.len() + 3).sum();
    let address = [&event.raw_path, &event.raw_query_string].into_iter().flatten().map(String::len).sum::<usize>();
    body + headers_bytes(&event.headers) + cookies + address + EVENT_OVERHEAD_BYTES
}

/// Each name and value with quotes, a colon and a comma.
fn headers_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 6).sum()
}

fn escaped_bytes(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 1,
        0..=0x1f => 5,
        _ => 0,
    });
    text.len() + escapes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_that_lambda_does_not_take_is_refused() {
        let answer = async |body: Vec<u8>| of_response(Response::new(Body::from(body))).await.expect("an answer");
        let most = MAX_EVENT_BYTES - EVENT_OVERHEAD_BYTES;
        for (fits, does_not) in [
            (vec![b'a'; most], vec![b'a'; most + 1]),
            (vec![b'"'; most / 2], vec![b'"'; most / 2 + 1]),
            (vec![1; most / 6], vec![1; most / 6 + 1]),
            (vec![0xFF; most / 4 * 3], vec![0xFF; most / 4 * 3 + 3]),
        ] {
            assert_eq!(answer(fits).await.status_code, 200);
            let refused = answer(does_not).await;
            assert_eq!(refused.status_code, 413);
            let refused = serde_json::to_string(&refused).expect("JSON");
            assert!(refused.contains("would be too large"), "{refused:.300}");
        }
    }
}
