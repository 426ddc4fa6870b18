//! Whether the caller's role allows a request to DynamoDB.

mod expression;
mod requested_actions;

use std::sync::Arc;

use aviary_template::Table;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use s3s::Body;
use serde_json::{Value, json};

use crate::iam::{Caller, Callers, Denied};
use requested_actions::{Tables, requested_actions};

/// The rights of all callers.
#[derive(Clone)]
pub(crate) struct Rights {
    callers: Arc<Callers>,
    tables: Arc<Tables>,
}

/// Why a request is denied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The caller's role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The access key is unknown.
    #[error("The security token included in the request is invalid.")]
    Stranger,
}

impl Rights {
    pub(crate) fn new(callers: Arc<Callers>, tables: &[Table]) -> Self {
        Self { callers, tables: Arc::new(Tables::of(tables)) }
    }

    /// Denies requests that the caller's role does not allow. A request without a signature passes: the database itself
    /// refuses it.
    pub(crate) fn check(&self, parts: &Parts, operation: &str, body: &Bytes) -> Result<(), Refused> {
        let Some(access_key) = access_key(parts) else { return Ok(()) };
        let role = match self.callers.who(access_key) {
            Caller::Root => return Ok(()),
            Caller::Stranger => return Err(Refused::Stranger),
            Caller::Function(role) => role,
        };
        // A body that is not JSON names no table, so it asks for everything and is denied.
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        for action in requested_actions(&self.tables, operation, &body) {
            role.check(&action)?;
        }
        Ok(())
    }
}

impl Refused {
    /// DynamoDB's response.
    pub(crate) fn response(&self) -> Response<Body> {
        let (kind, field) = match self {
            Self::Denied(_) => ("AccessDeniedException", "Message"),
            Self::Stranger => ("UnrecognizedClientException", "message"),
        };
        let body = json!({"__type": format!("com.amazon.coral.service#{kind}"), field: self.to_string()});
        let mut response = Response::new(Body::from(Bytes::from(body.to_string())));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        response
    }
}

/// The access key id of the signature, `Credential=ID/20250101/us-east-1/dynamodb/aws4_request`: from the header, or
/// from the query of a presigned request.
fn access_key(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = match header {
        Some(header) => header.split([' ', ',']).find_map(|part| part.strip_prefix("Credential="))?,
        None => parts.uri.query()?.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?,
    };
    credential.split(['/', '%']).next()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn the_access_key_is_read_from_the_header_and_from_the_query() {
        let key = |request: Request<()>| access_key(&request.into_parts().0).map(str::to_owned);
        let signed =
            "AWS4-HMAC-SHA256 Credential=local-auth/20250101/r/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        let header = |value: &str| Request::builder().uri("/").header(AUTHORIZATION, value).body(()).unwrap();
        assert_eq!(key(header(signed)).as_deref(), Some("local-auth"));
        assert_eq!(key(header("AWS4-HMAC-SHA256 SignedHeaders=host,Credential=a-b/1/2")).as_deref(), Some("a-b"));
        assert_eq!(key(header("Bearer x")), None);
        let presigned = Request::builder().uri("/?X-Amz-Date=1&X-Amz-Credential=local-auth%2F20250101%2Fr").body(());
        assert_eq!(key(presigned.unwrap()).as_deref(), Some("local-auth"));
        assert_eq!(key(Request::builder().uri("/").body(()).unwrap()), None);
    }
}
