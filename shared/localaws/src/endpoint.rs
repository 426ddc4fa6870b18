//! The shared port of S3, CloudWatch Logs, SES and the paths below `/_local/`.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use s3s::Body;
use s3s::service::S3Service;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::connections::{self, Answering};
use crate::local::{self, Local};
use crate::logs::{Logs, LogsError};
use crate::own_pages;
use crate::s3::served::Served;
use crate::ses::{self, Ses, SesError};

/// A batch of log events has at most 1 MiB, and JSON can take six bytes for each of its bytes.
const MAX_JSON: usize = 8 * 1024 * 1024;
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The services behind the port.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) s3: S3Service,
    pub(crate) served: Served,
    pub(crate) logs: Logs,
    pub(crate) ses: Ses,
    pub(crate) local: Local,
}

impl Endpoint {
    /// Only S3 and the logs get CORS headers: browsers use S3, and must not read mails.
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let path = request.uri().path();
        if path.starts_with(local::PREFIX) {
            let (parts, _) = request.into_parts();
            return Ok(self.local.answer(&parts.method, &parts.uri).await);
        }
        if path.starts_with(ses::PREFIX) {
            return Ok(self.ses_answer(request).await);
        }
        cors().layer(service_fn(move |request| self.clone().aws_answer(request))).oneshot(request).await
    }

    async fn aws_answer(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let target = request.headers().get(TARGET).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer = match target {
            Some(target) => self.logs_answer(&target, request.into_body()).await,
            None => self.served.answer(&self.s3, request.map(Body::from)).await,
        };
        Ok(answer)
    }

    async fn logs_answer(&self, target: &str, body: Incoming) -> Response<Body> {
        let body = match collect(body).await {
            Ok(body) => body,
            Err(Unreadable::TooLarge) => {
                return json(StatusCode::PAYLOAD_TOO_LARGE, LogsError::invalid("the request is too large").body());
            }
            Err(Unreadable::Broken(error)) => {
                return json(StatusCode::BAD_REQUEST, LogsError::invalid(error).body());
            }
        };
        match self.logs.call(target, body).await {
            Ok(answer) => json(StatusCode::OK, answer),
            Err(error) => json(error.status(), error.body()),
        }
    }

    async fn ses_answer(&self, request: Request<Incoming>) -> Response<Body> {
        let sends = request.method() == Method::POST && request.uri().path() == ses::SEND_EMAIL;
        let answer = match collect(request.into_body()).await {
            _ if !sends => Err(SesError::UnknownOperation),
            Ok(body) => self.ses.send(body).await,
            Err(Unreadable::TooLarge) => Err(SesError::TooLarge),
            Err(Unreadable::Broken(error)) => Err(SesError::bad(error)),
        };
        match answer {
            Ok(answer) => json_of("application/json", StatusCode::OK, answer),
            Err(error) => {
                let mut response = json_of("application/json", error.status(), error.body());
                response.headers_mut().insert(ERROR_TYPE, http::HeaderValue::from_static(error.kind()));
                response
            }
        }
    }
}

/// Why a body could not be read.
enum Unreadable {
    TooLarge,
    Broken(String),
}

async fn collect(body: Incoming) -> Result<Bytes, Unreadable> {
    match Limited::new(body, MAX_JSON).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Err(error) => Err(Unreadable::Broken(error.to_string())),
    }
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    json_of("application/x-amz-json-1.1", status, body)
}

fn json_of(kind: &'static str, status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    response
}

/// Answers until `stopped` changes, then lets running requests finish.
pub(crate) async fn serve(listener: TcpListener, endpoint: Endpoint, stopped: watch::Receiver<()>) {
    connections::serve(listener, || service_fn(endpoint_of(endpoint.clone())), stopped).await;
}

fn endpoint_of(endpoint: Endpoint) -> impl FnMut(Request<Incoming>) -> Answering + Clone + Send + 'static {
    move |request| Box::pin(endpoint.clone().answer(request))
}

/// Browsers upload directly to S3, from any page of this machine.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin, _| own_pages::is_loopback_origin(origin)))
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST, Method::DELETE])
        // A star does not cover `Authorization`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([http::header::ETAG, http::header::LOCATION])
        .max_age(Duration::from_secs(3600))
}
