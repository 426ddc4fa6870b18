//! Uploads by form. S3 answers a field that the policy does not allow with 403, s3s with 400; this corrects it.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use s3s::{Body, S3Error, S3ErrorCode};

/// The text of s3s for a failed condition.
const FAILED: &str = "Policy condition &apos;";
const FAILED_PLAIN: &str = "Policy condition '";

pub(crate) fn is_form(request: &Request<Body>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    request.method() == Method::POST && kind.to_ascii_lowercase().starts_with("multipart/form-data")
}

/// `response` with S3's status for a violated policy.
pub(crate) async fn correct(response: Response<Body>) -> Response<Body> {
    if response.status() != StatusCode::BAD_REQUEST {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => {
            tracing::warn!(error, "an error of S3 could not be read");
            Bytes::new()
        }
    };
    let text = String::from_utf8_lossy(&body);
    if text.contains("InvalidPolicyDocument") && (text.contains(FAILED) || text.contains(FAILED_PLAIN)) {
        let denied =
            S3Error::with_message(S3ErrorCode::AccessDenied, "Invalid according to Policy: a policy condition failed");
        if let Ok(denied) = denied.to_http_response() {
            return denied;
        }
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}
