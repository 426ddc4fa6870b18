//! The frame of the function's pages, and their headers.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use maud::{DOCTYPE, Markup, html};

use crate::docs_assets::{STYLE, path};

/// Nothing but the service's own files, nothing inline, no frame around the page. Swagger UI draws its arrows as pictures in
/// its style sheet (`data:`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page. It is the same for everyone.
pub(crate) fn page(title: &str, head: &Markup, body: &Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                (head)
                link rel="stylesheet" href=(path(&STYLE));
            }
            body { (body) }
        }
    };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "public, no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    (headers, document.into_string()).into_response()
}
