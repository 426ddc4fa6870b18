//! A small server that is invoked as functions on Lambda are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

/// Longer than any pause between retries.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invocation {
    pub(crate) function: String,
    pub(crate) event: Value,
}

impl Invocation {
    /// The partition keys of its records.
    pub(crate) fn keys(&self) -> Vec<String> {
        let key = |record: &Value| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned();
        self.event["Records"].as_array().unwrap().iter().map(key).collect()
    }

    /// The sequence number of the record with this partition key.
    pub(crate) fn sequence(&self, key: &str) -> String {
        let at = self.keys().iter().position(|one| one == key).unwrap();
        self.event["Records"][at]["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned()
    }
}

pub(crate) enum Answer {
    Done,
    /// The function reports that these records failed.
    Failed(Vec<String>),
    /// The function fails.
    Error,
    /// The function does not exist.
    Missing,
    /// The connection is closed without a response.
    Cut,
    /// Success, once a permit is available.
    Held(Arc<Semaphore>),
}

type Behaviour = dyn Fn(&Invocation) -> Answer + Send + Sync;

#[derive(Default)]
struct Load {
    running: AtomicUsize,
    most: AtomicUsize,
}

pub(crate) struct Functions {
    pub(crate) url: String,
    invocations: mpsc::UnboundedReceiver<Invocation>,
    load: Arc<Load>,
}

impl Functions {
    pub(crate) async fn start(behaviour: impl Fn(&Invocation) -> Answer + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), behaviour)
    }

    /// Functions that answer with these one after the other, then always with success.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect::<std::collections::VecDeque<_>>());
        Self::start(move |_| answers.lock().unwrap().pop_front().unwrap_or(Answer::Done)).await
    }

    pub(crate) fn on(listener: TcpListener, behaviour: impl Fn(&Invocation) -> Answer + Send + Sync + 'static) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, invocations) = mpsc::unbounded_channel();
        let load = Arc::new(Load::default());
        tokio::spawn(serve(listener, Arc::new(behaviour), sender, Arc::clone(&load)));
        Self { url, invocations, load }
    }

    /// The next invocation.
    pub(crate) async fn next(&mut self) -> Invocation {
        tokio::time::timeout(PATIENCE, self.invocations.recv()).await.expect("an invocation").unwrap()
    }

    /// The keys of the next invocations' records, up to this number.
    pub(crate) async fn keys(&mut self, count: usize) -> Vec<String> {
        let mut keys = Vec::new();
        while keys.len() < count {
            keys.extend(self.next().await.keys());
        }
        keys
    }

    /// The invocations that arrived and were not taken yet.
    pub(crate) fn waiting(&mut self) -> Vec<Invocation> {
        std::iter::from_fn(|| self.invocations.try_recv().ok()).collect()
    }

    /// The most invocations that ran at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.load.most.load(Ordering::SeqCst)
    }
}

async fn serve(
    listener: TcpListener,
    behaviour: Arc<Behaviour>,
    sender: mpsc::UnboundedSender<Invocation>,
    load: Arc<Load>,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (behaviour, sender, load) = (Arc::clone(&behaviour), sender.clone(), Arc::clone(&load));
        let service =
            service_fn(move |request| answer(request, Arc::clone(&behaviour), sender.clone(), Arc::clone(&load)));
        tokio::spawn(async move {
            // Some tests close connections on purpose.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    behaviour: Arc<Behaviour>,
    sender: mpsc::UnboundedSender<Invocation>,
    load: Arc<Load>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    load.most.fetch_max(load.running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    let invocation = read(request).await;
    let answer = behaviour(&invocation);
    // Fails when the test is over.
    let _ = sender.send(invocation);
    let answer = respond(answer).await;
    load.running.fetch_sub(1, Ordering::SeqCst);
    answer.ok_or_else(|| "cut".into())
}

async fn read(request: Request<Incoming>) -> Invocation {
    assert_eq!(request.method(), "POST");
    let path = request.uri().path().to_owned();
    let function = path.strip_prefix("/2015-03-31/functions/").unwrap().strip_suffix("/invocations").unwrap();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Invocation { function: function.to_owned(), event: serde_json::from_slice(&body).unwrap() }
}

async fn respond(answer: Answer) -> Option<Response<Full<Bytes>>> {
    let (status, body) = match answer {
        Answer::Done => (200, json!({"batchItemFailures": []})),
        Answer::Failed(sequences) => {
            let failures: Vec<_> = sequences.iter().map(|one| json!({"itemIdentifier": one})).collect();
            (200, json!({"batchItemFailures": failures}))
        }
        Answer::Error => (500, json!({"errorType": "Broken", "errorMessage": "it does not work"})),
        Answer::Missing => (404, json!({"title": "Missing function"})),
        Answer::Cut => return None,
        Answer::Held(gate) => {
            gate.acquire().await.unwrap().forget();
            (200, Value::Null)
        }
    };
    Some(Response::builder().status(status).body(Full::from(body.to_string())).unwrap())
}
