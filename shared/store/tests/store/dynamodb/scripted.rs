//! A DynamoDB with scripted responses, for failures that a working one does not produce on demand.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use crate::fixture::{Names, Store, storage};

pub(crate) struct Scripted {
    pub(crate) store: Store,
    requests: UnboundedReceiver<Value>,
    server: JoinHandle<()>,
}

impl Scripted {
    /// Sends these responses in order, and repeats the last one.
    pub(crate) async fn start(answers: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = unbounded_channel();
        let server = tokio::spawn(async move {
            let mut answers = answers.into_iter().peekable();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = request(&mut stream).await;
                let answer = answers.next().unwrap();
                answer_with(&mut stream, &answer).await;
                if answers.peek().is_none() {
                    answers = vec![answer].into_iter().peekable();
                }
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { store: Store::at(&url, Names::of(&storage("scripted")), None), requests, server }
    }

    /// Stops the server, and returns the requests that it received.
    pub(crate) fn requests(mut self) -> Vec<Value> {
        self.server.abort();
        std::iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }
}

pub(crate) fn refusal(code: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "because"})
}

/// The response to a cancelled transaction, with these reasons.
pub(crate) fn cancelled(codes: &[&str]) -> (u16, Value) {
    let reasons: Vec<_> = codes.iter().map(|code| json!({"Code": code})).collect();
    let mut answer = refusal("TransactionCanceledException");
    answer["CancellationReasons"] = reasons.into();
    (400, answer)
}

async fn request(stream: &mut TcpStream) -> Value {
    let mut received = Vec::new();
    let head = loop {
        if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        assert!(stream.read_buf(&mut received).await.unwrap() > 0, "the request is cut off");
    };
    let mut body = received.split_off(head);
    let head = String::from_utf8(received).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    while body.len() < length {
        assert!(stream.read_buf(&mut body).await.unwrap() > 0, "the body is cut off");
    }
    serde_json::from_slice(&body).unwrap()
}

async fn answer_with(stream: &mut TcpStream, (status, body): &(u16, Value)) {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}
