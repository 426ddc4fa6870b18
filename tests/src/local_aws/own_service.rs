//! A whole service for a single test that would disturb all others: a local AWS, every function of the template as a
//! process, the deliveries to them, and a gateway. Each function's calls go through proxies that cause faults.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use aviary_template::Route;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;
use xtask::runtime_api::InvokeEndpoint;
use xtask::workspace::Workspace;

use crate::client::{Answer, Service};
use crate::local_aws::event::Event;
use crate::local_aws::fault::Fault;
use crate::local_aws::fault_proxy::{AwsCall, FaultProxy};
use crate::local_aws::function::Function;
use crate::local_aws::own_aws::OwnAws;

/// The endpoints that a function's calls go to, each behind a proxy.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"];

/// The fault for a call, by its number since the plan was set.
type Plan = Box<dyn Fn(usize, &AwsCall) -> Fault + Send + Sync>;

/// The running service. Dropping the value ends it.
pub struct OwnService {
    /// Its gateway and its endpoints.
    pub service: Service,
    functions: Arc<BTreeMap<String, Proxied>>,
    invoke: InvokeEndpoint,
    _gateway: oneshot::Sender<()>,
    // Dropped last: the functions call it.
    _own: OwnAws,
}

impl std::fmt::Debug for OwnService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnService").field("url", &self.service.url).finish_non_exhaustive()
    }
}

/// A function's process behind its proxies.
struct Proxied {
    routes: Vec<Route>,
    process: RwLock<Function>,
    proxies: [FaultProxy; 3],
    calls: Arc<AtomicUsize>,
    plan: Arc<Mutex<Plan>>,
}

impl OwnService {
    /// Starts it in a temporary folder, on free ports, with no faults.
    #[must_use]
    pub fn start() -> Self {
        let invoke = InvokeEndpoint::start().expect("a free port");
        let own = OwnAws::start_invoking(&invoke.url());
        let workspace = Workspace::locate().expect("the workspace");
        let stack = aviary_template::Template::load(workspace.template()).expect("template.yaml");
        let stack = stack.resolve(&xtask::local::offline_settings()).expect("a template that can be resolved");
        let functions = stack.functions.into_iter().map(|function| {
            let proxied = Proxied::start(&own.service, &function.binary, function.routes);
            invoke.register(&function.binary, proxied.process.read().expect("the process").api());
            (function.binary, proxied)
        });
        let functions = Arc::new(functions.collect());
        let (gateway, url) = gateway(Arc::clone(&functions));
        let mut service = own.service.clone();
        service.url = url;
        Self { service, functions, invoke, _gateway: gateway, _own: own }
    }

    fn function(&self, name: &str) -> &Proxied {
        self.functions.get(name).unwrap_or_else(|| panic!("template.yaml has no function `{name}`"))
    }

    /// Sets the faults of a function's calls, which are numbered from 1 again.
    pub fn set_plan(&self, name: &str, plan: impl Fn(usize, &AwsCall) -> Fault + Send + Sync + 'static) {
        let function = self.function(name);
        *function.plan.lock().expect("the plan") = Box::new(plan);
        function.calls.store(0, Ordering::SeqCst);
    }

    /// The number of calls that a function made since its plan was set.
    #[must_use]
    pub fn calls(&self, name: &str) -> usize {
        self.function(name).calls.load(Ordering::SeqCst)
    }

    /// Sends a request to a function. `None` if the process was killed, after which another one takes its place.
    #[must_use]
    pub fn answer(&self, name: &str, event: Event) -> Option<Answer> {
        let function = self.function(name);
        let mut process = function.process.write().expect("the process");
        let output = process.output_unless_killed(&event.into_json());
        if output.is_none() {
            self.replace(name, &mut process);
        }
        output.map(|output| Answer::of_function(&output))
    }

    /// Starts a process in place of a function's killed one, as Lambda does. False if it lives.
    #[must_use]
    pub fn revive(&self, name: &str) -> bool {
        let mut process = self.function(name).process.write().expect("the process");
        let has_ended = process.has_ended();
        if has_ended {
            self.replace(name, &mut process);
        }
        has_ended
    }

    fn replace(&self, name: &str, process: &mut Function) {
        let dead = process.api();
        *process = self.function(name).aimed(&self.service, name);
        self.invoke.register(name, process.api());
        // Last: what is delivered again must not get to the dead one.
        dead.abandon();
    }

    /// What a function has logged since this was asked last.
    #[must_use]
    pub fn log_of(&self, name: &str) -> String {
        let lines = self.function(name).process.read().expect("the process").log_so_far();
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

impl Proxied {
    fn start(service: &Service, name: &str, routes: Vec<Route>) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let plan: Arc<Mutex<Plan>> = Arc::new(Mutex::new(Box::new(|_, _| Fault::Pass)));
        let proxies = ENDPOINTS.map(|endpoint| {
            let (calls, plan) = (Arc::clone(&calls), Arc::clone(&plan));
            let upstream = if endpoint.ends_with("DYNAMODB") { &service.dynamodb_url } else { &service.aws_url };
            FaultProxy::start(upstream, move |call| {
                let number = calls.fetch_add(1, Ordering::SeqCst) + 1;
                plan.lock().expect("the plan")(number, call)
            })
        });
        let process = RwLock::new(Self::process(service, name, &proxies));
        Self { routes, process, proxies, calls, plan }
    }

    fn process(service: &Service, name: &str, proxies: &[FaultProxy; 3]) -> Function {
        let urls = proxies.each_ref().map(FaultProxy::url);
        let settings: Vec<(&str, &str)> = ENDPOINTS.into_iter().zip(urls.iter().map(String::as_str)).collect();
        let function = Function::start_with(service, name, &settings);
        proxies.iter().for_each(|proxy| proxy.aim_at(function.pid()));
        function
    }

    /// A new process in place of a killed one. Its start meets no fault.
    fn aimed(&self, service: &Service, name: &str) -> Function {
        *self.plan.lock().expect("the plan") = Box::new(|_, _| Fault::Pass);
        Self::process(service, name, &self.proxies)
    }

    /// How well a path fits: the length of the longest prefix that the template gives this function.
    fn fits(&self, path: &str) -> usize {
        let prefixes = self.routes.iter().map(|route| route.path.trim_end_matches("/{proxy+}").trim_end_matches('/'));
        let below =
            |prefix: &&str| path.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        prefixes.filter(below).map(str::len).max().unwrap_or(0)
    }
}

type Functions = BTreeMap<String, Proxied>;

/// Starts the gateway, and returns what stops it, and its URL.
fn gateway(functions: Arc<Functions>) -> (oneshot::Sender<()>, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a listener that does not block");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let (stop, stopped) = oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            tokio::select! {
                () = serve(listener, functions) => {}
                _ = stopped => {}
            }
        });
    });
    (stop, url)
}

async fn serve(listener: TcpListener, functions: Arc<Functions>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let functions = Arc::clone(&functions);
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(Arc::clone(&functions), request));
            // A client may close its connection at any time.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn answer(functions: Arc<Functions>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path = head.uri.path().to_owned();
    let mut event = Event::new(head.method.as_str(), &path).query(head.uri.query().unwrap_or_default());
    for (name, value) in head.headers.iter().filter(|(name, _)| !["host", "content-length"].contains(&name.as_str())) {
        event = event.header(name.as_str(), value.to_str().expect("a header of ASCII"));
    }
    if let Some(kind) = head.headers.get("content-type") {
        event = event.bytes(kind.to_str().expect("a header of ASCII"), &body);
    }
    let answered = tokio::task::spawn_blocking(move || {
        let function = functions.values().max_by_key(|function| function.fits(&path)).expect("a function");
        function.process.read().expect("the process").answer(&event.into_json())
    });
    let Answer { status, headers, body } = answered.await.expect("the function answers");
    let response =
        headers.iter().fold(Response::builder().status(status), |all, (name, value)| all.header(name, value));
    Ok(response.body(Full::new(body.into())).expect("a response"))
}
