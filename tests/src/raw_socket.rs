//! Requests sent byte for byte over a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::client::{Answer, Service};

const PATIENCE: Duration = Duration::from_secs(60);

/// A recorded request with another request line, `Host` and `Connection`, and with a credential. Everything else stays
/// as it was recorded.
#[must_use]
pub fn readdressed(recorded: &[u8], service: &Service, path: &str, credential: &str) -> Vec<u8> {
    let end = find(recorded, b"\r\n\r\n").expect("the end of the headers");
    let head = String::from_utf8_lossy(&recorded[..end]).into_owned();
    let replaced = ["host:", "connection:", "authorization:"];
    let kept = head.lines().skip(1).filter(|line| !replaced.iter().any(|name| line.to_lowercase().starts_with(name)));
    let own = [
        format!("POST {path} HTTP/1.1"),
        format!("Host: {}", address(service)),
        format!("Authorization: Bearer {credential}"),
        "Connection: close".to_owned(),
    ];
    let lines: Vec<String> = own.into_iter().chain(kept.map(ToOwned::to_owned)).collect();
    [lines.join("\r\n").as_bytes(), &recorded[end..]].concat()
}

/// Sends the bytes, and reads the final answer.
#[must_use]
pub fn exchange(service: &Service, request: &[u8]) -> Answer {
    let mut socket = TcpStream::connect(address(service)).expect("the service listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    socket.write_all(request).expect("the whole request is sent");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).expect("the whole answer");
    let mut rest = answer.as_slice();
    loop {
        let end = find(rest, b"\r\n\r\n").expect("the end of the headers") + 4;
        let answer = parsed(&rest[..end], &rest[end..]);
        if answer.status >= 200 {
            return answer;
        }
        rest = &rest[end..];
    }
}

fn address(service: &Service) -> &str {
    service.url.strip_prefix("http://").expect("plain HTTP")
}

fn parsed(head: &[u8], body: &[u8]) -> Answer {
    let head = String::from_utf8_lossy(head).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if is_chunked { joined(body) } else { body.to_vec() };
    Answer { status: status.expect("a status"), headers, body }
}

/// The chunks of a body in one piece.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = find(body, b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&body[..end]).trim(), 16).expect("a chunk's size");
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = body.get(end + 4 + size..).unwrap_or_default();
        if size == 0 {
            break;
        }
    }
    whole
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}
