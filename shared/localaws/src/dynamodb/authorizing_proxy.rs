//! A proxy in front of the database: checks the caller's rights, and delays what global indexes show.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{HeaderName, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use s3s::Body;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, watch};
use tower::service_fn;

use super::changes;
use super::index_delay::IndexDelay;
use super::rights::Rights;
use crate::connections::{self, Answering};

/// More than DynamoDB accepts, so that the database itself refuses larger bodies.
const MAX_BODY: usize = 32 * 1024 * 1024;
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// Removed from changed pages, whose checksum it no longer is.
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The proxy of one database.
#[derive(Clone)]
pub(crate) struct AuthorizingProxy {
    database: SocketAddr,
    rights: Rights,
    delay: Option<IndexDelay>,
}

/// A client's connection with its connection to the database.
#[derive(Clone)]
struct ClientConnection {
    proxy: AuthorizingProxy,
    behind: Arc<Mutex<Option<SendRequest<Full<Bytes>>>>>,
}

impl AuthorizingProxy {
    pub(crate) fn new(database: SocketAddr, rights: Rights, delay: Option<IndexDelay>) -> Self {
        Self { database, rights, delay }
    }

    /// Answers until `stopped` changes.
    pub(crate) async fn serve(self, listener: TcpListener, stopped: watch::Receiver<()>) {
        let service = || {
            let client = ClientConnection { proxy: self.clone(), behind: Arc::default() };
            service_fn(move |request| client.clone().answering(request))
        };
        connections::serve(listener, service, stopped).await;
    }
}

impl ClientConnection {
    fn answering(self, request: Request<Incoming>) -> Answering {
        Box::pin(async move { Ok::<_, Infallible>(self.answer(request).await.unwrap_or_else(|error| broken(&*error))) })
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Error> {
        let (mut parts, body) = request.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await?.to_bytes();
        let target = parts.headers.get(TARGET).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        if let Err(refused) = self.proxy.rights.check(&parts, &operation, &body) {
            return Ok(refused.response());
        }
        parts.headers.remove(CONTENT_LENGTH);
        match &self.proxy.delay {
            Some(delay) => self.lagging(delay, &operation, parts, body).await,
            None => Ok(self.forward(Request::from_parts(parts, Full::new(body))).await?.map(Body::from)),
        }
    }

    /// Removes entries from index pages that the index would not show yet.
    async fn lagging(
        &self,
        delay: &IndexDelay,
        operation: &str,
        parts: Parts,
        body: Bytes,
    ) -> Result<Response<Body>, Error> {
        // The database refuses a body that is not JSON.
        let mut asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let index = delay.index_read(operation, &asked);
        let counts = index.is_some() && asked.get("Select").is_some_and(|select| select == "COUNT");
        let body = if counts { with_items(&mut asked) } else { body };
        let under_way = delay.begin(&changes::targets(operation, &asked));
        let (mut parts, body) = self.forward(Request::from_parts(parts, Full::new(body))).await?.into_parts();
        drop(under_way);
        let body = match index {
            Some((table, index)) if parts.status.is_success() => {
                let mut page: Value = serde_json::from_slice(&body)?;
                delay.hide(&table, &index, &mut page);
                if let (true, Some(fields)) = (counts, page.as_object_mut()) {
                    fields.remove("Items");
                }
                parts.headers.remove(CHECKSUM);
                parts.headers.remove(CONTENT_LENGTH);
                Bytes::from(page.to_string())
            }
            _ => body,
        };
        Ok(Response::from_parts(parts, Body::from(body)))
    }

    async fn forward(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Error> {
        let host = self.proxy.database.to_string().parse()?;
        request.headers_mut().insert(HOST, host);
        let mut behind = self.behind.lock().await;
        let mut sender = match behind.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => connect(self.proxy.database).await?,
        };
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        *behind = Some(sender);
        Ok(Response::from_parts(parts, body))
    }
}

/// Turns a request that only counts into one that returns the items, because hidden ones must not be counted.
fn with_items(asked: &mut Value) -> Bytes {
    if let Some(fields) = asked.as_object_mut() {
        fields.insert("Select".to_owned(), "ALL_PROJECTED_ATTRIBUTES".into());
    }
    Bytes::from(asked.to_string())
}

async fn connect(database: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Error> {
    let stream = TcpStream::connect(database).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends when its sender is dropped, with the client's connection.
    tokio::spawn(connection);
    Ok(sender)
}

/// The SDK retries it, like any 5xx.
fn broken(error: &(dyn std::error::Error + Send + Sync)) -> Response<Body> {
    tracing::warn!(%error, "the database did not answer");
    let mut response = Response::new(Body::from(Bytes::from_static(br#"{"__type":"InternalServerError"}"#)));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
