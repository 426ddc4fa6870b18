//! The port that S3 and CloudWatch Logs share.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use s3s::Body;
use s3s::service::S3Service;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::{Layer, service_fn};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::logs::{Logs, LogsError};
use crate::s3;

/// How long running requests may take to finish when it stops.
const DRAIN: Duration = Duration::from_secs(3);
/// A batch of log events is 1 MiB at most, but JSON can escape each byte of it sixfold.
const MAX_JSON: usize = 8 * 1024 * 1024;
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// What answers on the port.
#[derive(Clone)]
pub(crate) struct Endpoint {
    s3: S3Service,
    logs: Logs,
}

impl Endpoint {
    pub(crate) fn new(s3: S3Service, logs: Logs) -> Self {
        Self { s3, logs }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let target = request.headers().get(TARGET).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer = match target {
            Some(target) => self.logs_answer(&target, request.into_body()).await,
            None => s3::answer(&self.s3, request.map(Body::from)).await,
        };
        Ok(answer)
    }

    async fn logs_answer(&self, target: &str, body: Incoming) -> Response<Body> {
        let body = match Limited::new(body, MAX_JSON).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return json(StatusCode::PAYLOAD_TOO_LARGE, LogsError::invalid("the request is too large").body());
            }
            Err(error) => {
                return json(StatusCode::BAD_REQUEST, LogsError::invalid(error.to_string()).body());
            }
        };
        match self.logs.call(target, body).await {
            Ok(answer) => json(StatusCode::OK, answer),
            Err(error) => json(error.status(), error.body()),
        }
    }
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/x-amz-json-1.1"));
    response
}

/// Answers until `stopped` says so, and then lets running requests finish.
pub(crate) async fn serve(listener: TcpListener, endpoint: Endpoint, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, endpoint.clone(), stopped.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    // Out of file descriptors, usually: without a pause this loop would use up a processor.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("connections that did not finish were cut");
    }
}

async fn connection(stream: TcpStream, endpoint: Endpoint, mut stopped: watch::Receiver<()>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "answers may wait for each other");
    }
    let service = cors().layer(service_fn(move |request| endpoint.clone().answer(request)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Browsers upload straight to S3, from wherever the application runs.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST, Method::DELETE])
        // A star would leave out `Authorization`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([http::header::ETAG, http::header::LOCATION])
        .max_age(Duration::from_secs(3600))
}
