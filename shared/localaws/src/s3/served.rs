//! What CloudFront adds to the objects that it serves. Here readers without a signature get objects from S3 itself, so
//! they get the same headers from it.

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response};
use s3s::Body;
use s3s::service::S3Service;

use crate::error::StartError;

/// The headers of the distribution's policy.
#[derive(Clone, Debug)]
pub(crate) struct Served(HeaderMap);

impl Served {
    pub(crate) fn of(headers: &[(String, String)]) -> Result<Self, StartError> {
        let parsed = headers.iter().map(|(name, value)| {
            let refused = || StartError::Name { what: "header of served objects", name: name.clone() };
            let name = name.parse::<HeaderName>().map_err(|_| refused())?;
            Ok((name, value.parse::<HeaderValue>().map_err(|_| refused())?))
        });
        Ok(Self(parsed.collect::<Result<_, StartError>>()?))
    }

    /// Answers one request of S3.
    pub(crate) async fn answer(&self, s3: &S3Service, request: Request<Body>) -> Response<Body> {
        let is_reader = is_reader(&request);
        let mut response = super::answer(s3, request).await;
        if is_reader {
            response.headers_mut().extend(self.0.clone());
        }
        response
    }
}

/// Whether the request is one of those that CloudFront answers on AWS.
fn is_reader(request: &Request<Body>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let is_signed = request.headers().contains_key(AUTHORIZATION) || query.contains("X-Amz-Signature=");
    [Method::GET, Method::HEAD].contains(request.method()) && !is_signed
}
