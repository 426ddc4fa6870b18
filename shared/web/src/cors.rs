//! CORS. The functions answer it, because the gateway cannot express its rules.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::origins::Origins;

/// The layer that answers preflights and names the origin. To pages of any origin it answers `*`, with which browsers
/// send no cookies, because otherwise a page of any origin could act as the user.
pub(crate) fn layer(origins: &Origins) -> CorsLayer {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
        .max_age(Duration::from_secs(3_600));
    let any = if origins.allows_any() { AllowOrigin::any() } else { AllowOrigin::list([]) };
    layer.allow_origin(any)
}

/// Around [`layer`]: names a listed origin itself, and lets its pages use cookies. `Vary` names the origin in every answer.
/// It is one field, because the gateway's answers have no repeated ones: of several the last would be left.
pub(crate) async fn listed(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let origin = origin.filter(|origin| origin.to_str().is_ok_and(|origin| origins.is_listed(origin)));
    let mut response = next.run(request).await;
    if let Some(origin) = origin {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    let vary = vary(response.headers());
    response.headers_mut().insert(VARY, vary);
    response
}

/// The origin, and what else the answer varies by.
fn vary(headers: &HeaderMap) -> HeaderValue {
    let texts = headers.get_all(VARY).into_iter().filter_map(|value| value.to_str().ok());
    let mut names = vec!["origin"];
    for name in texts.flat_map(|text| text.split(',')).map(str::trim) {
        if !name.is_empty() && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("origin"))
}
