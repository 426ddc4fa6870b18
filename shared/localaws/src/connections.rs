//! Accepts connections and answers their requests, until it is told to stop.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use s3s::Body;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service;

/// How long running requests may take to finish when it stops.
const DRAIN: Duration = Duration::from_secs(3);

/// An answer under way.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// Answers with what `service` makes for each connection until `stopped` says so, and then lets running requests
/// finish.
pub(crate) async fn serve<S>(listener: TcpListener, service: impl Fn() -> S, mut stopped: watch::Receiver<()>)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future = Answering>,
    S: Clone + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, service(), stopped.clone()));
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

async fn connection<S>(stream: TcpStream, service: S, mut stopped: watch::Receiver<()>)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future = Answering>,
    S: Clone + Send + 'static,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "answers may wait for each other");
    }
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
