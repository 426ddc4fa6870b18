//! Uploads by form. S3 answers a field that the policy does not allow with 403, s3s with 400; this corrects it. It also
//! protects files from a bound of s3s that S3 does not have.

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use s3s::{Body, S3Error, S3ErrorCode};

/// The text of s3s for a failed condition.
const FAILED: &str = "Policy condition &apos;";
const FAILED_PLAIN: &str = "Policy condition '";

/// The most bytes of a piece of a form's body. Where a piece ends in what may be the beginning of a boundary, s3s joins it
/// with the next one, and refuses the file if both have more than 64 KiB.
const PIECE: usize = 16 * 1024;

/// The same form, in pieces that s3s takes whatever they contain.
pub(crate) fn in_pieces(form: Request<Body>) -> Request<Body> {
    form.map(|body| {
        let pieces = body.map_ok(|piece| stream::iter(pieces_of(piece).map(Ok::<_, s3s::StdError>))).try_flatten();
        Body::http_body(StreamBody::new(pieces.map_ok(Frame::data)))
    })
}

fn pieces_of(mut bytes: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let length = bytes.len().min(PIECE);
        (length > 0).then(|| bytes.split_to(length))
    })
}

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
