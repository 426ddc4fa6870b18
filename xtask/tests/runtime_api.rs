//! The Runtime API for tests answers as a function's runtime expects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use xtask::runtime_api::{NoAnswer, RuntimeApi};

const SOON: Duration = Duration::from_secs(20);

/// One connection of a function's runtime.
struct Runtime {
    reader: BufReader<TcpStream>,
}

impl Runtime {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Self { reader: BufReader::new(stream) }
    }

    fn ask(&mut self, request: &str) {
        self.reader.get_mut().write_all(request.as_bytes()).unwrap();
    }

    /// The next answer's head in lower case, and its body.
    fn answer(&mut self) -> (String, String) {
        let mut head = String::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line.to_lowercase());
        }
        let length = value(&head, "content-length").parse().unwrap();
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        (head, String::from_utf8(body).unwrap())
    }

    fn next(&mut self) -> (String, String) {
        self.ask("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n");
        let (head, body) = self.answer();
        (value(&head, "lambda-runtime-aws-request-id"), body)
    }

    fn post(&mut self, id: &str, verb: &str, body: &str) -> String {
        let length = body.len();
        self.ask(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/{verb} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        self.answer().0
    }
}

fn value(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
    line.trim().to_owned()
}

#[test]
fn a_function_gets_the_event_and_returns_its_answer() {
    let api = RuntimeApi::start().unwrap();
    let address = api.address();
    let function = thread::spawn(move || {
        let mut runtime = Runtime::connect(address);
        for _ in 0..3 {
            let (id, event) = runtime.next();
            assert!(runtime.post(&id, "response", &format!("re: {event}")).starts_with("http/1.1 202"));
        }
    });
    for number in 0..3 {
        let answer = api.invoke(format!("event {number}").into_bytes(), SOON).unwrap();
        assert_eq!(String::from_utf8(answer.body).unwrap(), format!("re: event {number}"));
        assert!(!answer.failed);
    }
    function.join().unwrap();
}

#[test]
fn a_reported_failure_is_told_apart_from_an_answer() {
    let api = RuntimeApi::start().unwrap();
    let mut runtime = Runtime::connect(api.address());
    let answer = api.send(b"{}".to_vec());
    let (id, _) = runtime.next();
    runtime.post(&id, "error", r#"{"errorType":"Oops"}"#);
    let answer = answer.recv_timeout(SOON).unwrap();
    assert!(answer.failed);
    assert_eq!(answer.body, br#"{"errorType":"Oops"}"#);
}

#[test]
fn several_connections_work_at_once_and_in_any_order() {
    let api = RuntimeApi::start().unwrap();
    let (mut first, mut second) = (Runtime::connect(api.address()), Runtime::connect(api.address()));
    let (a, b) = (api.send(b"a".to_vec()), api.send(b"b".to_vec()));
    let (id_a, event_a) = first.next();
    let (id_b, event_b) = second.next();
    assert_eq!((event_a.as_str(), event_b.as_str()), ("a", "b"));
    // An answer may use another connection than its event.
    first.post(&id_b, "response", "for b");
    second.post(&id_a, "response", "for a");
    assert_eq!(a.recv_timeout(SOON).unwrap().body, b"for a");
    assert_eq!(b.recv_timeout(SOON).unwrap().body, b"for b");
}

#[test]
fn an_event_survives_a_closed_connection() {
    let api = RuntimeApi::start().unwrap();
    let mut dead = Runtime::connect(api.address());
    dead.ask("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
    drop(dead);
    let mut alive = Runtime::connect(api.address());
    let answer = api.send(b"precious".to_vec());
    let (id, event) = alive.next();
    assert_eq!(event, "precious");
    alive.post(&id, "response", "saved");
    assert_eq!(answer.recv_timeout(SOON).unwrap().body, b"saved");
}

#[test]
fn a_missing_answer_is_an_error_with_the_waiting_time() {
    let api = RuntimeApi::start().unwrap();
    let within = Duration::from_millis(20);
    assert_eq!(api.invoke(b"{}".to_vec(), within), Err(NoAnswer::TooLate(within)));
}

#[test]
fn an_answer_to_an_unknown_event_is_refused() {
    let api = RuntimeApi::start().unwrap();
    let mut runtime = Runtime::connect(api.address());
    assert!(runtime.post("nobody", "response", "x").starts_with("http/1.1 400"));
}

#[test]
fn a_function_can_register_for_its_shutdown() {
    let api = RuntimeApi::start().unwrap();
    let mut runtime = Runtime::connect(api.address());
    runtime.ask("POST /2020-01-01/extension/register HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
    let (head, body) = runtime.answer();
    assert!(!value(&head, "lambda-extension-identifier").is_empty());
    assert!(body.contains("functionName"));
}
