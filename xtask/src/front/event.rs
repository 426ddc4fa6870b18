//! API Gateway's events for HTTP requests: payload format 2.0.

use std::{collections::BTreeMap, net::SocketAddr};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hyper::{
    HeaderMap,
    header::{
        CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, HOST, HeaderName, HeaderValue, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
    http::request::Parts,
};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use time::{OffsetDateTime, macros::format_description};
use url::form_urlencoded;

use super::{environment::now_ms, routes::Found};

/// Fields about one connection, which end at the gateway.
const NOT_HANDED_ON: [HeaderName; 7] = [CONNECTION, COOKIE, EXPECT, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) client: SocketAddr,
    /// The port that it came to.
    pub(super) port: u16,
    pub(super) scheme: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HttpEvent<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: &'static str,
    domain_prefix: &'static str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'static str,
    time: String,
    time_epoch: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'static str,
    source_ip: String,
    user_agent: String,
}

/// The event of a request, as JSON.
pub(super) fn of_request(
    request: &Parts,
    sent: &Bytes,
    found: &Found,
    origin: Origin,
    request_id: &str,
) -> Result<Bytes, serde_json::Error> {
    let path = decoded(request.uri.path());
    let query = request.uri.query().unwrap_or_default();
    let now = now_ms();
    let (body, is_base64_encoded) = body_of(&request.headers, sent);
    let event = HttpEvent {
        version: "2.0",
        route_key: &found.key,
        raw_path: &path,
        raw_query_string: query,
        cookies: cookies_of(&request.headers),
        headers: headers_of(&request.headers, sent.len(), origin),
        query_string_parameters: parameters_of(query),
        request_context: Context {
            account_id: "123456789012",
            api_id: "local",
            domain_name: "localhost",
            domain_prefix: "localhost",
            http: Http {
                method: request.method.as_str(),
                path: &path,
                protocol: "HTTP/1.1",
                source_ip: origin.client.ip().to_string(),
                user_agent: request.headers.get(USER_AGENT).map(text_of).unwrap_or_default(),
            },
            request_id,
            route_key: &found.key,
            stage: "$default",
            time: spoken(now),
            time_epoch: now,
        },
        path_parameters: found.parameters.iter().map(|(name, value)| (name.clone(), decoded(value))).collect(),
        body,
        is_base64_encoded,
    };
    serde_json::to_vec(&event).map(Bytes::from)
}

/// The path with its escapes resolved, unless that gives no text.
fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8().map_or_else(|_| path.to_owned(), std::borrow::Cow::into_owned)
}

/// JSON can't hold other bytes than UTF-8, so those count as Latin-1, in which each byte is a character.
fn text_of(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// Names in lower case, and the values of one name joined by a comma. The gateway adds where the request came from.
fn headers_of(headers: &HeaderMap, length: usize, origin: Origin) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    let mut add = |name: &str, value: String| {
        joined
            .entry(name.to_owned())
            .and_modify(|values: &mut String| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    };
    let replaced = [HeaderName::from_static("x-forwarded-port"), HeaderName::from_static("x-forwarded-proto")];
    for (name, value) in headers {
        // The length of a body that came in chunks is known only now.
        if !NOT_HANDED_ON.contains(name) && !replaced.contains(name) && name != CONTENT_LENGTH {
            add(name.as_str(), text_of(value));
        }
    }
    if length > 0 || headers.contains_key(CONTENT_LENGTH) {
        add(CONTENT_LENGTH.as_str(), length.to_string());
    }
    if !headers.contains_key(HOST) {
        add(HOST.as_str(), "localhost".to_owned());
    }
    add("x-forwarded-for", origin.client.ip().to_string());
    add("x-forwarded-port", origin.port.to_string());
    add("x-forwarded-proto", origin.scheme.to_owned());
    joined
}

/// Each cookie by itself, in however many fields they came.
fn cookies_of(headers: &HeaderMap) -> Vec<String> {
    let fields = headers.get_all(COOKIE).iter().map(text_of);
    let cookies = fields.flat_map(|field| field.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>());
    cookies.filter(|cookie| !cookie.is_empty()).collect()
}

/// The query's fields, decoded, with the values of one name joined by a comma.
fn parameters_of(query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match joined.get_mut(&*name) {
            Some(values) => {
                values.push(',');
                values.push_str(&value);
            }
            None => {
                joined.insert(name.into_owned(), value.into_owned());
            }
        }
    }
    joined
}

/// A body as text if its type is one of texts and its bytes are UTF-8, otherwise in base64.
fn body_of(headers: &HeaderMap, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = headers.get(CONTENT_TYPE).map(text_of).unwrap_or_default();
    match std::str::from_utf8(body) {
        Ok(text) if is_text(&kind) => (Some(text.to_owned()), false),
        _ => (Some(BASE64_STANDARD.encode(body)), true),
    }
}

fn is_text(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.is_empty()
        || kind.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str())
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// The time as API Gateway writes it: `30/Nov/2026:13:54:25 +0000`.
fn spoken(now_ms: u64) -> String {
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    let seconds = i64::try_from(now_ms / 1000).unwrap_or_default();
    OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|time| time.format(format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use hyper::Request;
    use serde_json::{Value, json};

    use super::*;

    fn event(request: hyper::http::request::Builder, body: &'static [u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let found = Found {
            function: "auth".to_owned(),
            key: "ANY /auth/{proxy+}".to_owned(),
            parameters: [("proxy".to_owned(), "a%2Fb".to_owned())].into(),
        };
        let origin = Origin { client: ([127, 0, 0, 1], 5).into(), port: 9000, scheme: "http" };
        let event = of_request(&parts, &Bytes::from_static(body), &found, origin, "an-id").unwrap();
        serde_json::from_slice(&event).unwrap()
    }

    #[test]
    fn a_request_becomes_an_event_in_format_2() {
        let request = Request::post("/auth/a%2Fb%3F?x=1&x=%C3%A9+2&y")
            .header("host", "127.0.0.1:9000")
            .header("Accept", "a/b")
            .header("accept", "c/d")
            .header("cookie", "a=1; b=\"2\"")
            .header("cookie", "c=3;;")
            .header("content-type", "application/json")
            .header("user-agent", "curl")
            .header("connection", "close")
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-forwarded-proto", "https");
        let mut event = event(request, b"{}");
        assert!(event["requestContext"]["timeEpoch"].take().as_u64() > Some(1_700_000_000_000));
        assert!(event["requestContext"]["time"].take().as_str().unwrap().ends_with(" +0000"));
        let expected = json!({
            "version": "2.0",
            "routeKey": "ANY /auth/{proxy+}",
            "rawPath": "/auth/a/b?",
            "rawQueryString": "x=1&x=%C3%A9+2&y",
            "cookies": ["a=1", "b=\"2\"", "c=3"],
            "headers": {
                "accept": "a/b,c/d",
                "content-length": "2",
                "content-type": "application/json",
                "host": "127.0.0.1:9000",
                "user-agent": "curl",
                "x-forwarded-for": "203.0.113.9,127.0.0.1",
                "x-forwarded-port": "9000",
                "x-forwarded-proto": "http",
            },
            "queryStringParameters": {"x": "1,é 2", "y": ""},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "local",
                "domainName": "localhost",
                "domainPrefix": "localhost",
                "http": {
                    "method": "POST",
                    "path": "/auth/a/b?",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "curl",
                },
                "requestId": "an-id",
                "routeKey": "ANY /auth/{proxy+}",
                "stage": "$default",
                "time": null,
                "timeEpoch": null,
            },
            "pathParameters": {"proxy": "a/b"},
            "body": "{}",
            "isBase64Encoded": false,
        });
        assert_eq!(event, expected);
    }

    #[test]
    fn bodies_are_text_only_if_type_and_bytes_are() {
        for (kind, body, base64) in [
            ("application/json; charset=utf-8", b"{}".as_slice(), false),
            ("application/problem+json", b"{}", false),
            ("TEXT/plain", "é".as_bytes(), false),
            ("", b"a", false),
            ("application/json", b"\xff", true),
            ("text/plain", b"\xff\xfe", true),
            ("application/x-www-form-urlencoded", b"a=b", true),
            ("multipart/form-data; boundary=x", b"--x--", true),
            ("image/png", b"\x89PNG", true),
        ] {
            let event = event(Request::post("/").header("content-type", kind), body);
            assert_eq!(event["isBase64Encoded"], base64, "{kind}");
            let sent = event["body"].as_str().unwrap();
            let sent = if base64 { BASE64_STANDARD.decode(sent).unwrap() } else { sent.into() };
            assert_eq!(sent, body, "{kind}");
        }
        assert_eq!(event(Request::get("/"), b"").get("body"), None);
    }

    #[test]
    fn bytes_that_are_no_text_stay_what_they_can() {
        let value = HeaderValue::from_bytes(b"caf\xe9").unwrap();
        let event = event(Request::get("/%ff/%zz%41?%").header("x-name", value).header("cookie", "a=Île"), b"");
        assert_eq!(event["headers"]["x-name"], "café");
        assert_eq!(event["cookies"], json!(["a=Île"]));
        assert_eq!(event["rawPath"], "/%ff/%zz%41");
        assert_eq!(event["rawQueryString"], "%");
    }
}
