//! Requests sent byte for byte.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use serde_json::Value;
use xtask::front::Front;

use crate::stage::SOON;

/// An answer, with its head in lower case.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The process that answered.
    pub(crate) fn pid(&self) -> i32 {
        assert_eq!(self.status, 200, "{self:?}");
        self.header("x-pid").unwrap().parse().unwrap()
    }

    /// The status and `message` of one of the gateway's own answers.
    pub(crate) fn own(&self) -> (u16, String) {
        (self.status, String::from_utf8_lossy(&self.body).into_owned())
    }
}

/// One connection of a client.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(front: &Front) -> Self {
        let stream = TcpStream::connect(front.address()).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Self { reader: BufReader::new(stream) }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).unwrap();
    }

    /// Reads one answer. The answer to HEAD has no body.
    pub(crate) fn answer(&mut self, has_body: bool) -> Answer {
        answer_from(&mut self.reader, has_body)
    }
}

pub(crate) fn answer_from(reader: &mut impl BufRead, has_body: bool) -> Answer {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line.to_lowercase());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{head:?}"));
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.filter(|_| has_body).map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Answer { status, head, body }
}

/// Sends one request and reads its answer.
pub(crate) fn exchange(front: &Front, request: &[u8]) -> Answer {
    let mut connection = Connection::open(front);
    connection.send(request);
    connection.answer(true)
}
