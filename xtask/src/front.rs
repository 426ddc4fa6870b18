//! The local front: it takes HTTP requests as API Gateway does, and runs the functions' processes as Lambda does
//! (docs/decisions/0025-local-front.md).

mod answer;
mod body;
mod desk;
mod environment;
mod event;
mod failure;
mod function;
mod gateway;
mod own_machine;
mod pool;
mod routes;
mod runtime;

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt,
    net::{self, Ipv4Addr, SocketAddr},
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};
use tokio_rustls::TlsAcceptor;

use self::{desk::Desks, event::Origin, gateway::Gateway, pool::Pool, routes::Routes};
use crate::{process::Lines, tls::TlsFiles};

pub use self::{
    function::FrontFunction,
    pool::{PLACES, PROCESSES},
};

/// How often idle processes are looked after, when none has ended meanwhile.
const LOOK: Duration = Duration::from_secs(10);
/// The pause after a connection could not be accepted, for example because no file descriptor is left.
const PAUSE: Duration = Duration::from_millis(10);
/// The open files that are asked for.
const OPEN_FILES: u64 = 8192;
/// How long the end waits for what still runs.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Makes receivers of lines: one for each output of a process, and one for each message of the front.
pub type Output = Arc<dyn Fn() -> Lines + Send + Sync>;

/// A running front. Dropping it ends the functions' processes.
pub struct Front {
    runtime: Option<Runtime>,
    gateway: Arc<Gateway>,
    address: SocketAddr,
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Front").field("address", &self.address).field("gateway", &self.gateway).finish_non_exhaustive()
    }
}

impl Front {
    /// Serves the functions on a port of this machine; 0 is any free one.
    /// A function's processes start when it is needed.
    ///
    /// # Errors
    /// If a port is in use, the certificate is not readable, or two functions have the same route.
    pub fn start(functions: Vec<FrontFunction>, port: u16, output: &Output) -> Result<Self> {
        raise_open_files();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("front")
            .enable_all()
            .build()
            .context("the front's threads cannot be started")?;
        let entered = runtime.enter();
        let (api, internal) = (listen(port)?, listen(0)?);
        let address = api.local_addr()?;
        let runtime_api = internal.local_addr()?.to_string();
        let routes = Routes::of(&functions)?;
        let desks = Arc::new(Desks::default());
        let pools: BTreeMap<String, Arc<Pool>> = functions
            .into_iter()
            .map(|function| {
                let name = function.name.clone();
                (name, Arc::new(Pool::new(function, runtime_api.clone(), Arc::clone(&desks), Arc::clone(output))))
            })
            .collect();
        runtime.spawn(look_after(pools.values().cloned().collect()));
        runtime.spawn(serve_processes(internal, desks));
        let gateway = Arc::new(Gateway { routes, pools });
        runtime.spawn(serve_clients(api, None, Arc::clone(&gateway)));
        drop(entered);
        Ok(Self { runtime: Some(runtime), gateway, address })
    }

    /// Serves HTTPS on another port too.
    ///
    /// # Errors
    /// If the port is in use, or the certificate is not readable.
    pub fn serve_tls(&self, files: &TlsFiles, port: u16) -> Result<()> {
        let acceptor = acceptor(files)?;
        if let Some(runtime) = &self.runtime {
            let _entered = runtime.enter();
            let listener = listen(port)?;
            runtime.spawn(serve_clients(listener, Some(acceptor), Arc::clone(&self.gateway)));
        }
        Ok(())
    }

    /// Where it serves plain HTTP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The ids of a function's idle processes, the one that is used next at the end.
    pub fn idle_processes(&self, function: &str) -> Vec<u32> {
        self.gateway.pools.get(function).map(|pool| pool.idle_pids()).unwrap_or_default()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        for pool in self.gateway.pools.values() {
            pool.close();
        }
        // What still runs owns its process, which ends with it.
        if let Some(runtime) = self.runtime.take() {
            // In a thread of its own, because a test may drop a front where nothing may block.
            let _ = thread::spawn(move || runtime.shutdown_timeout(END_WITHIN)).join();
        }
    }
}

/// Many systems allow a process 1,024 open files unless it asks for more, and each connection is one.
fn raise_open_files() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // If it is refused, connections wait until others close.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, soft.max(hard.min(OPEN_FILES)), hard);
    }
}

/// Listens on a port of this machine. The runtime must have been entered.
fn listen(port: u16) -> Result<TcpListener> {
    let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = listener.with_context(|| format!("port {port} cannot be used"))?;
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor> {
    let unreadable = || format!("the certificate {} or its key is not readable", files.certificate.display());
    let chain =
        CertificateDer::pem_file_iter(&files.certificate).and_then(Iterator::collect).with_context(unreadable)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).with_context(unreadable)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn serve_clients(listener: TcpListener, tls: Option<TlsAcceptor>, gateway: Arc<Gateway>) {
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    loop {
        let (stream, client) = accept(&listener).await;
        let (gateway, tls) = (Arc::clone(&gateway), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => serve_client(stream, gateway, Origin { client, port, scheme: "http" }).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve_client(stream, gateway, Origin { client, port, scheme: "https" }).await;
                    }
                }
            }
        });
    }
}

async fn serve_client(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    gateway: Arc<Gateway>,
    origin: Origin,
) {
    let service = service_fn(|request| {
        let gateway = Arc::clone(&gateway);
        async move { Ok::<_, Infallible>(gateway.answer(request, origin).await) }
    });
    // A broken connection is the client's own affair.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn serve_processes(listener: TcpListener, desks: Arc<Desks>) {
    loop {
        let (stream, _) = accept(&listener).await;
        let desks = Arc::clone(&desks);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let desks = Arc::clone(&desks);
                async move { Ok::<_, Infallible>(runtime::answer(desks, request).await) }
            });
            // A process whose connection breaks opens another or has ended, which is seen elsewhere.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                // Without it answers in two packets would wait for each other.
                let _ = stream.set_nodelay(true);
                return (stream, client);
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Notices the end of idle processes at once, and ends those that nobody needs.
async fn look_after(pools: Vec<Arc<Pool>>) {
    let Ok(mut ended) = signal(SignalKind::child()) else { return };
    loop {
        // The time-out is the other reason to look.
        let _ = tokio::time::timeout(LOOK, ended.recv()).await;
        pools.iter().for_each(|pool| pool.look_after());
    }
}

/// An id of a request, unlike that of any other front on the same local AWS.
fn id() -> String {
    let digits = format!("{:032x}", fastrand::u128(..));
    let mut id = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if [8, 12, 16, 20].contains(&at) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}
