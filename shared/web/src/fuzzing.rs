//! Rules that hold for any bytes that a client sends to the parsers of cookies and bodies. The fuzz targets check them,
//! and so do the tests below with random input and with the fuzzers' corpus.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::IntoResponse;
use futures_util::FutureExt;
use http::header::{CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderValue};

use crate::body::Payload;
use crate::cookies::Cookies;
use crate::form::Value;

/// Checks a `Cookie` header: only values of the form that this service sets are read.
///
/// # Panics
/// When another value is read.
pub fn cookies(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let cookies = Cookies::of(&HeaderMap::from_iter([(COOKIE, value)]));
    for secret in [cookies.session, cookies.csrf].into_iter().flatten() {
        let text = secret.expose();
        assert!(
            text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "the value does not have our form"
        );
        assert!(data.windows(64).any(|window| window == text.as_bytes()), "the value was not sent");
    }
}

/// Checks a content type, a line feed and a body: they become a form or a 4xx.
///
/// # Panics
/// When the parser waits for more data, returns a 5xx, or makes an inconsistent form.
pub fn body(data: &[u8]) {
    let mut halves = data.splitn(2, |byte| *byte == b'\n');
    let (Some(content_type), Some(body)) = (halves.next(), halves.next()) else { return };
    let Ok(content_type) = HeaderValue::from_bytes(content_type) else { return };
    let Ok(mut request) = Request::post("/").body(Body::from(body.to_vec())) else { return };
    request.headers_mut().insert(CONTENT_TYPE, content_type);
    let read = Payload::from_request(request, &()).now_or_never();
    assert!(read.is_some(), "the parser waits although it has the whole body");
    match read {
        Some(Ok(Payload(form))) => check_form(&form, body.len()),
        Some(Err(error)) => {
            let status = error.into_response().status();
            assert!(status.is_client_error(), "{status} for a client's mistake");
        }
        None => {}
    }
}

fn check_form(form: &crate::form::Form, sent: usize) {
    let names: Vec<&str> = form.names().collect();
    for name in &names {
        assert!(form.get(name).is_some(), "a field that is named is there");
        let files = form.files(name);
        assert!(files.iter().map(crate::form::File::size).sum::<usize>() <= sent, "a file is larger than the body");
        assert!(files.is_empty() || form.all(name).iter().any(|value| matches!(value, Value::File(_))));
    }
    assert_eq!(form.digest(&[]), form.clone().digest(&[]));
    let same = form.clone().overridden_by(form.clone());
    assert_eq!(same.digest(&[]), form.digest(&[]), "a form that overrides itself stays what it is");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The fuzzers' initial inputs.
    fn corpus(target: &str) -> Vec<Vec<u8>> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        let files = std::fs::read_dir(folder).expect("the corpus").map(|file| file.expect("a file").path());
        let inputs: Vec<_> = files.map(|file| std::fs::read(file).expect("an input")).collect();
        assert!(!inputs.is_empty());
        inputs
    }

    #[test]
    fn the_corpus_keeps_every_rule() {
        corpus("cookies").iter().for_each(|input| cookies(input));
        corpus("body").iter().for_each(|input| body(input));
    }

    /// The corpus must reach the parsers, not only their refusals.
    #[test]
    fn the_corpus_has_cookies_and_fields() {
        let found = |input: &Vec<u8>| {
            let value = HeaderValue::from_bytes(input).expect("a value");
            let cookies = Cookies::of(&HeaderMap::from_iter([(COOKIE, value)]));
            cookies.session.is_some() && cookies.csrf.is_some()
        };
        assert!(corpus("cookies").iter().any(found));
    }

    fn content_type() -> impl Strategy<Value = &'static str> {
        prop_oneof![
            Just("application/json"),
            Just("application/x-www-form-urlencoded"),
            Just("multipart/form-data; boundary=b"),
            Just("multipart/form-data"),
            Just("text/plain"),
        ]
    }

    fn part() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(b"--b\r\n".to_vec()),
            Just(b"--b--\r\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"Content-Disposition: form-data; name=\"a\"".to_vec()),
            Just(b"; filename=\"f\"".to_vec()),
            Just(b"{\"a\":".to_vec()),
            Just(b"[".to_vec()),
            Just(b"\"\\ud800\"".to_vec()),
            Just(b"1e999".to_vec()),
            Just(b"}".to_vec()),
            Just(b"&a=%".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..20),
        ]
    }

    proptest! {
        #[test]
        fn any_body_is_a_form_or_the_clients_mistake(
            kind in content_type(),
            parts in proptest::collection::vec(part(), 0..30),
        ) {
            let mut data = format!("{kind}\n").into_bytes();
            data.extend(parts.concat());
            body(&data);
        }

        #[test]
        fn any_cookie_header_gives_values_of_ours_or_none(
            name in "sessionid|csrftoken|x",
            value in "[0-9a-fA-F]{63,65}|[ -~]{0,80}",
            rest in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut data = format!("{name}={value}; ").into_bytes();
            data.extend(rest);
            cookies(&data);
        }
    }
}
