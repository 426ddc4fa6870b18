//! A proxy in front of DynamoDB or S3 that causes faults by a plan: it forwards a call, answers an error, drops the
//! connection, or kills the process that made the call.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::local_aws::fault::Fault;

type Plan = dyn Fn(&AwsCall) -> Fault + Send + Sync;
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A call that the proxy has received.
#[derive(Clone, Debug)]
pub struct AwsCall {
    /// Its number at this proxy, from 1.
    pub number: usize,
    /// DynamoDB's operation (`TransactWriteItems`), or S3's method and path (`DELETE /bucket/key`).
    pub operation: String,
    /// The body of a DynamoDB call, or null if the body is no JSON.
    pub body: Value,
}

impl AwsCall {
    /// Is it a call to S3, not to DynamoDB?
    #[must_use]
    pub fn is_s3(&self) -> bool {
        self.operation.contains('/')
    }

    /// The number of writes in a transaction; 0 for every other call.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.body["TransactItems"].as_array().map_or(0, Vec::len)
    }
}

/// A running proxy. Dropping the value stops it.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

struct Shared {
    upstream: String,
    plan: Box<Plan>,
    count: AtomicUsize,
    /// The id of the process to kill, or 0.
    victim: AtomicI32,
    operations: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "in front of {}", self.upstream)
    }
}

impl FaultProxy {
    /// Listens on a free port, and forwards to the server at `upstream` (`http://127.0.0.1:1234`) the calls that the
    /// plan lets pass. The plan is asked once per call; an SDK's retry is a call too.
    #[must_use]
    pub fn start(upstream: &str, plan: impl Fn(&AwsCall) -> Fault + Send + Sync + 'static) -> Self {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            upstream,
            plan: Box::new(plan),
            count: AtomicUsize::new(0),
            victim: AtomicI32::new(0),
            operations: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let served = shared.clone();
        // A thread of its own: a test that blocks on its function must not block the function's calls.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, served) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, shared, _stop: stop }
    }

    /// The URL to give to a function as the endpoint of DynamoDB or S3.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the process that [`Fault::KillBefore`] and [`Fault::KillAfter`] kill: a child that was not waited for yet.
    pub fn aim_at(&self, pid: u32) {
        self.shared.victim.store(i32::try_from(pid).expect("a process id"), Ordering::SeqCst);
    }

    /// The number of calls so far.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.shared.count.load(Ordering::SeqCst)
    }

    /// The operations of all calls so far, in their order.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        self.shared.operations.lock().expect("the list").clone()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(shared.clone(), request));
            // A connection that a fault has dropped ends with an error, as intended.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Failure> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.split_once('.')).map(|(_, name)| name.to_owned());
    let call = AwsCall {
        number: shared.count.fetch_add(1, Ordering::SeqCst) + 1,
        operation: operation.unwrap_or_else(|| format!("{} {}", head.method, head.uri)),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    shared.operations.lock().expect("the list").push(call.operation.clone());
    let fault = (shared.plan)(&call);
    let request = Request::from_parts(head, Full::new(body));
    match fault {
        Fault::Pass => forward(&shared.upstream, request).await,
        Fault::Answer(error) => Ok(error.into_response()),
        Fault::DropBefore => Err("dropped before it was forwarded".into()),
        Fault::DropAfter => {
            forward(&shared.upstream, request).await?;
            Err("dropped before it was answered".into())
        }
        Fault::Delay(time) => {
            // A task of its own: a sender that gives up closes the connection, which would end this one.
            let late = tokio::spawn(async move {
                tokio::time::sleep(time).await;
                forward(&shared.upstream, request).await
            });
            late.await?
        }
        Fault::KillBefore => Err(shared.kill()),
        Fault::KillAfter => {
            forward(&shared.upstream, request).await?;
            Err(shared.kill())
        }
    }
}

impl Shared {
    fn kill(&self) -> Failure {
        match self.victim.swap(0, Ordering::SeqCst) {
            0 => "no process to kill: it was killed already, or `aim_at` was not called".into(),
            pid => {
                let pid = nix::unistd::Pid::from_raw(pid);
                nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("a process to kill");
                "killed".into()
            }
        }
    }
}

/// Forwards the headers unchanged: S3's signature covers the host that the caller knows.
async fn forward(upstream: &str, mut request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    for hop in [CONNECTION, TRANSFER_ENCODING] {
        request.headers_mut().remove(hop);
    }
    let (mut head, body) = sender.send_request(request).await?.into_parts();
    for hop in [CONNECTION, TRANSFER_ENCODING] {
        head.headers.remove(hop);
    }
    Ok(Response::from_parts(head, Full::new(body.collect().await?.to_bytes())))
}
