//! Reads HTTP/1.1 requests.

use std::io::{self, BufRead, Read};

/// An HTTP/1.1 request, as far as the Runtime API needs it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Vec<u8>,
}

const LARGEST_BODY: u64 = 64 * 1024 * 1024;

impl Request {
    /// Reads the next request of a connection; `None` if that was closed between two requests.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let start = line(reader)?;
        if start.is_empty() {
            return Ok(None);
        }
        let mut words = start.split(' ');
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(invalid("the request line is not one"));
        };
        let (method, path) = (method.to_owned(), path.to_owned());
        let mut length = 0;
        let mut chunked = false;
        loop {
            let header = line(reader)?;
            let Some((name, value)) = header.split_once(':') else {
                if header.is_empty() {
                    break;
                }
                return Err(invalid("a header has no colon"));
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().map_err(|_| invalid("the length is no number"))?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case("chunked");
            }
        }
        let body = if chunked { read_chunks(reader)? } else { read_exactly(reader, length)? };
        Ok(Some(Self { method, path, body }))
    }
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| invalid("a chunk's size is no number"))?;
        if size == 0 {
            break;
        }
        body.append(&mut read_exactly(reader, size)?);
        line(reader)?;
    }
    // Trailers report failures during a streamed answer. Our functions do not stream.
    while !line(reader)?.is_empty() {}
    Ok(body)
}

fn read_exactly(reader: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    if length > LARGEST_BODY {
        return Err(invalid("the body is too large"));
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    match u64::try_from(body.len()) {
        Ok(read) if read == length => Ok(body),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// A line without its end; also empty at the end of the connection.
fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    reader.take(64 * 1024).read_line(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> io::Result<Option<Request>> {
        Request::read(&mut text.as_bytes())
    }

    #[test]
    fn a_chunked_body_equals_one_of_known_length() {
        let known = read("POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        let chunks =
            read("POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n").unwrap();
        assert_eq!(known, chunks);
        assert_eq!(known.unwrap().body, b"hello");
    }

    #[test]
    fn two_requests_follow_each_other_and_then_the_end() {
        let mut reader = "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n".as_bytes();
        assert_eq!(Request::read(&mut reader).unwrap().unwrap().path, "/a");
        assert_eq!(Request::read(&mut reader).unwrap().unwrap().path, "/b");
        assert_eq!(Request::read(&mut reader).unwrap(), None);
    }

    #[test]
    fn a_truncated_or_too_large_request_is_refused() {
        assert!(read("POST /x HTTP/1.1\r\nContent-Length: 6\r\n\r\nhello").is_err());
        assert!(read("POST /x HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n").is_err());
        assert!(read("POST /x HTTP/1.1\r\nContent-Length: many\r\n\r\n").is_err());
        assert!(read("nonsense\r\n\r\n").is_err());
    }
}
