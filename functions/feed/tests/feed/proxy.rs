//! A proxy that makes DynamoDB fail: it throttles, cancels transactions for conflicts, and loses responses of requests
//! that were done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aviary_model::UserId;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Which requests fail.
#[derive(Clone)]
pub(crate) enum Plan {
    /// Three of each so many requests, each in another way.
    EachOf(usize),
    /// Every write to the items of one user in the table `feed`, once there is one, with the code.
    WritesOf(Arc<Mutex<Option<UserId>>>, &'static str),
}

pub(crate) struct Proxy {
    pub(crate) url: String,
    /// The number of failures so far.
    pub(crate) faults: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What the proxy does with a request.
#[derive(Clone, Copy)]
enum Fate {
    Passed,
    Throttled,
    Cancelled,
    Lost,
    Refused(&'static str),
}

impl Proxy {
    /// A proxy for the DynamoDB at this address.
    pub(crate) fn before(upstream: &str, plan: Plan) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (upstream, faults) = (upstream.strip_prefix("http://").unwrap().to_owned(), Arc::new(AtomicUsize::new(0)));
        let counted = faults.clone();
        let server = tokio::spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            let requests = Arc::new(AtomicUsize::new(0));
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, upstream.clone(), (requests.clone(), plan.clone()), counted.clone()));
            }
        });
        Self { url, faults, server }
    }
}

/// Serves one request for each connection; the responses close it.
async fn serve(
    mut client: TcpStream,
    upstream: String,
    (requests, plan): (Arc<AtomicUsize>, Plan),
    faults: Arc<AtomicUsize>,
) {
    let Some((head, body)) = message(&mut client).await else { return };
    let count = requests.fetch_add(1, Ordering::Relaxed);
    let fate = match plan {
        Plan::EachOf(of_each) => match count % of_each {
            1 => Fate::Throttled,
            3 if head.contains("TransactWriteItems") => Fate::Cancelled,
            5 => Fate::Lost,
            _ => Fate::Passed,
        },
        Plan::WritesOf(victim, code) => {
            let victim = *victim.lock().unwrap();
            match victim.is_some_and(|victim| writes_to(&head, &body, victim)) {
                true => Fate::Refused(code),
                false => Fate::Passed,
            }
        }
    };
    faults.fetch_add(usize::from(!matches!(fate, Fate::Passed)), Ordering::Relaxed);
    let answer = match fate {
        Fate::Throttled => refusal("ThrottlingException", &[]),
        Fate::Cancelled => refusal("TransactionCanceledException", &["TransactionConflict"; 2]),
        Fate::Refused(code) if head.contains("TransactWriteItems") => {
            let reason = code.trim_end_matches("Exception").replace("Throttling", "ThrottlingError");
            refusal("TransactionCanceledException", &[&reason, "None"])
        }
        Fate::Refused(code) => refusal(code, &[]),
        Fate::Passed | Fate::Lost => ask(&upstream, &head, &body).await,
    };
    if !matches!(fate, Fate::Lost) {
        let _ = client.write_all(&answer).await;
        let _ = client.shutdown().await;
    }
}

/// Is this a write to the user's items in the table `feed`?
fn writes_to(head: &str, body: &[u8], user: UserId) -> bool {
    let writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
    let body = String::from_utf8_lossy(body);
    writes.iter().any(|write| head.contains(write))
        && body.contains("FeedTable")
        && body.contains(&format!("\"U#{user}\""))
}

fn refusal(code: &str, reasons: &[&str]) -> Vec<u8> {
    let reasons: Vec<_> = reasons.iter().map(|code| json!({"Code": code})).collect();
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    let body = json!({"__type": kind, "message": "because", "CancellationReasons": reasons}).to_string();
    let head = "HTTP/1.1 400 -\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn ask(upstream: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(upstream).await.unwrap();
    let head = head.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

/// Reads the head and the body of a request.
async fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut received = Vec::new();
    let end = loop {
        if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = received.split_off(end);
    let head = String::from_utf8(received).ok()?;
    let length = head.to_ascii_lowercase();
    let length = length.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse().ok());
    while body.len() < length.unwrap_or(0) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}
