//! Refuses what web pages of other sites send: a page in a developer's browser reaches every port of the machine.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use s3s::Body;

/// The response to a request for another host, or from a page of another host. `None` for a request of this machine's
/// own programs and pages.
pub(crate) fn refusal(headers: &HeaderMap) -> Option<Response<Body>> {
    // DNS rebinding: a page's own name may lead to this machine, and its requests then have no foreign origin.
    let is_own_host = headers.get(HOST).and_then(text).is_some_and(is_loopback);
    let is_own_origin = headers.get(ORIGIN).is_none_or(is_loopback_origin);
    if is_own_host && is_own_origin {
        return None;
    }
    let body = r#"{"message":"The local AWS is for this machine only: ask 127.0.0.1 or localhost."}"#;
    let mut response = Response::new(Body::from(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Some(response)
}

/// Whether an origin is a page of this machine. `null`, the origin of a file or a sandbox, is not.
pub(crate) fn is_loopback_origin(origin: &HeaderValue) -> bool {
    let uri = text(origin).and_then(|origin| origin.parse::<Uri>().ok());
    uri.is_some_and(|uri| uri.scheme().is_some() && uri.authority().is_some_and(|host| is_loopback(host.as_str())))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let host = authority.host().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(host: &'static str, origin: Option<&'static str>) -> bool {
        let host = (HOST, HeaderValue::from_static(host));
        let origin = origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin)));
        refusal(&[host].into_iter().chain(origin).collect()).is_none()
    }

    #[test]
    fn only_loopback_names_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:4601", "localhost:4601", "LocalHost", "[::1]:4601", "127.1.2.3"] {
            assert!(passes(host, None), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "0.0.0.0"] {
            assert!(!passes(host, None), "{host}");
        }
        assert!(refusal(&HeaderMap::new()).is_some());
    }

    #[test]
    fn only_pages_of_this_machine_are_answered() {
        for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8080"] {
            assert!(passes("127.0.0.1:4600", Some(origin)), "{origin}");
        }
        for origin in ["https://evil.example", "http://localhost.evil.example", "null", "", "localhost:3000", "file://"]
        {
            assert!(!passes("127.0.0.1:4600", Some(origin)), "{origin}");
        }
    }
}
