//! Serves one connection of a function's runtime.

use std::{
    io::{self, BufReader, Write},
    net::TcpStream,
};

use super::{invocations::Invocations, message::Request};

const RUNTIME: &str = "/2018-06-01/runtime/";
const EXTENSION: &str = "/2020-01-01/extension/";

/// Far in the future, because this API does not time out invocations.
const DEADLINE_MS: u64 = 4_102_444_800_000;

/// Answers the requests of one connection until it closes.
pub(super) fn serve(stream: &TcpStream, invocations: &Invocations) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader).ok()? {
        answer(request, stream, invocations).ok()?;
    }
    Some(())
}

fn answer(request: Request, stream: &TcpStream, invocations: &Invocations) -> io::Result<()> {
    let Request { method, path, body } = request;
    if let Some(rest) = path.strip_prefix(RUNTIME) {
        return match (method.as_str(), rest) {
            ("GET", "invocation/next") => next(stream, invocations),
            ("POST", "init/error") => reply(stream, "202 Accepted", "", b"{\"status\":\"OK\"}"),
            ("POST", rest) => outcome(rest, body, stream, invocations),
            _ => reply(stream, "404 Not Found", "", b""),
        };
    }
    match (method.as_str(), path.strip_prefix(EXTENSION)) {
        // A function registers as an extension to be told about its shutdown.
        ("POST", Some("register")) => {
            let body = br#"{"functionName":"function","functionVersion":"$LATEST","handler":"bootstrap"}"#;
            reply(stream, "200 OK", "Lambda-Extension-Identifier: 00000000-0000-4000-8000-000000000001\r\n", body)
        }
        ("GET", Some("event/next")) => {
            invocations.wait_for_end();
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        _ => reply(stream, "404 Not Found", "", b""),
    }
}

fn next(stream: &TcpStream, invocations: &Invocations) -> io::Result<()> {
    let Some(invocation) = invocations.take() else { return Err(io::ErrorKind::ConnectionAborted.into()) };
    if is_closed(stream) {
        invocations.put_back(invocation);
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    let headers = format!(
        "Lambda-Runtime-Aws-Request-Id: {}\r\nLambda-Runtime-Deadline-Ms: {DEADLINE_MS}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:local\r\n\
         Content-Type: application/json\r\n",
        invocation.id
    );
    // Recorded before it is sent, because the answer may arrive before this thread continues.
    invocations.began(invocation.id, invocation.answer);
    reply(stream, "200 OK", &headers, &invocation.event)
}

/// Whether the function's process has closed the connection, or died, while it waited.
fn is_closed(stream: &TcpStream) -> bool {
    let peeked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    let closed = match peeked {
        Ok(length) => length == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    };
    stream.set_nonblocking(false).is_err() || closed
}

/// Handles `invocation/ID/response` and `invocation/ID/error`.
fn outcome(rest: &str, body: Vec<u8>, stream: &TcpStream, invocations: &Invocations) -> io::Result<()> {
    let mut parts = rest.split('/');
    let (kind, id, verb) = (parts.next(), parts.next(), parts.next());
    match (kind, id, verb) {
        (Some("invocation"), Some(id), Some(verb @ ("response" | "error"))) => {
            let known = invocations.ended(id, body, verb == "error");
            let status = if known { "202 Accepted" } else { "400 Bad Request" };
            reply(stream, status, "", b"{\"status\":\"OK\"}")
        }
        _ => reply(stream, "404 Not Found", "", b""),
    }
}

/// In one write, so that the function does not wait for a second packet.
fn reply(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let mut message = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    stream.write_all(&message)
}
