#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;
use axum::response::IntoResponse;
use serde_json::Value as Json;

async fn form_of(content_type: &str, body: impl Into<Body>, raw: &[&str]) -> Result<Form, ApiError> {
    let header = HeaderValue::from_str(content_type).unwrap();
    read(Some(&header).filter(|_| !content_type.is_empty()), body.into(), raw).await
}

async fn refused(content_type: &str, body: &'static [u8]) -> (u16, String) {
    let error = form_of(content_type, Body::from(body), &[]).await.expect_err("must be refused");
    let response = error.into_response();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn every_kind_of_body_is_read() {
    let multipart = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
        --x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"p q.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nabc\r\n\
        --x--\r\n";
    for (content_type, body) in [
        ("application/json; charset=utf-8", br#"{"a":"1"}"#.as_slice()),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("multipart/form-data; boundary=x", multipart),
    ] {
        let form = form_of(content_type, Body::from(body), &[]).await.expect("a form");
        let is_one = match form.get("a") {
            Some(Value::Text(text)) | Some(Value::Json(Json::String(text))) => text == "1",
            _ => false,
        };
        assert!(is_one, "{content_type}: {form:?}");
        if content_type.starts_with("multipart") {
            let files = form.files("f");
            assert_eq!(files.len(), 1);
            assert_eq!((files[0].name.as_str(), files[0].size()), ("p q.jpg", 3));
            assert_eq!(files[0].content_type.as_deref(), Some("image/jpeg"));
        }
    }
}

#[tokio::test]
async fn null_is_an_empty_form() {
    for null in ["null", " null\r\n"] {
        let form = form_of("application/json", Body::from(null), &[]).await.expect("a form");
        assert_eq!(form.names().count(), 0);
    }
}

#[tokio::test]
async fn json_and_forms_are_read_in_the_charset_that_they_name() {
    let text = |form: &Form| match form.get("a") {
        Some(Value::Text(text)) | Some(Value::Json(Json::String(text))) => text.clone(),
        other => panic!("{other:?}"),
    };
    for (kind, body) in [
        ("application/json; charset=latin-1", b"{\"a\":\"Caf\xe9\"}".as_slice()),
        ("application/json;charset=\"UTF-16\"", b"\xff\xfe{\0\"\0a\0\"\0:\0\"\0C\0a\0f\0\xe9\0\"\0}\0"),
        ("application/json; charset=utf8", "{\"a\":\"Café\"}".as_bytes()),
        ("application/x-www-form-urlencoded; charset=ISO-8859-1", b"a=Caf%E9"),
        ("application/x-www-form-urlencoded ; CHARSET = latin1", b"a=Caf\xe9"),
        ("application/x-www-form-urlencoded", b"_charset_=iso-8859-1&a=Caf%E9"),
        ("application/x-www-form-urlencoded", b"a=Caf%C3%A9&=&&b"),
        ("application/x-www-form-urlencoded", "a=Café".as_bytes()),
    ] {
        let form = form_of(kind, Body::from(body), &[]).await.expect(kind);
        assert_eq!(text(&form), "Café", "{kind}");
    }
    for (kind, body) in [
        ("application/json; charset=klingon", b"{}".as_slice()),
        ("application/json; charset=us-ascii", "{\"a\":\"Café\"}".as_bytes()),
        ("application/x-www-form-urlencoded; charset=klingon", b"a=b"),
        ("application/x-www-form-urlencoded", b"a=Caf%E9"),
        ("application/x-www-form-urlencoded", b"Caf%E9=a"),
        ("application/x-www-form-urlencoded; charset=us-ascii", b"a=Caf%E9"),
    ] {
        let (status, body) = refused(kind, body).await;
        assert!(status == 400 && body.contains(" parse error - "), "{kind}: {body}");
    }
}

#[tokio::test]
async fn a_form_keeps_what_the_url_standard_keeps() {
    let form = form_of("application/x-www-form-urlencoded", Body::from("a=1+2%2B3%&b=%0D%0A=&c"), &[]).await.unwrap();
    let text = |name: &str| match form.get(name) {
        Some(Value::Text(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((text("a"), text("b"), text("c")), ("1 2+3%".to_owned(), "\n=".to_owned(), String::new()));
}

#[tokio::test]
async fn an_empty_body_is_an_empty_form_whatever_its_type() {
    for content_type in ["", "text/plain", "application/json"] {
        let form = form_of(content_type, Body::empty(), &[]).await.expect("a form");
        assert_eq!(form.names().count(), 0);
    }
}

#[tokio::test]
async fn a_body_that_is_not_a_form_gets_a_clear_error() {
    assert_eq!(
        refused("text/plain", b"x").await,
        (415, r#"{"detail":"Unsupported media type \"text/plain\" in request."}"#.into())
    );
    assert_eq!(refused("", b"x").await, (415, r#"{"detail":"Unsupported media type \"\" in request."}"#.into()));
    assert_eq!(
        refused("application/json", b"[]").await,
        (400, r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#.into())
    );
    assert_eq!(
        refused("application/json", b"\"a\"").await.1,
        r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}"#
    );
    assert_eq!(
        refused("multipart/form-data", b"abc").await.1,
        r#"{"detail":"Multipart form parse error - Invalid boundary in multipart: None"}"#
    );
    for broken in [b"{\"a\": ".as_slice(), b"{'a':1}", b"{\"a\":NaN}", b"{\"a\":\"\xff\"}", b"\xef\xbb\xbf{}"] {
        let (status, body) = refused("application/json", Box::leak(broken.to_vec().into_boxed_slice())).await;
        assert_eq!(status, 400);
        assert!(body.starts_with(r#"{"detail":"JSON parse error - "#), "{body}");
    }
}

#[tokio::test]
async fn deep_json_is_refused_without_exhausting_the_stack() {
    let deep = [b"{\"a\":".repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat();
    assert_eq!(refused("application/json", Box::leak(deep.into_boxed_slice())).await.0, 400);
}

#[tokio::test]
async fn of_duplicate_keys_the_last_counts() {
    let form = form_of("application/json", Body::from(r#"{"a":"1","a":"2"}"#), &[]).await.expect("a form");
    assert!(matches!(form.get("a"), Some(Value::Json(Json::String(text))) if text == "2"));
}

#[tokio::test]
async fn the_body_wins_over_the_query() {
    let request = |body: &'static str| {
        let request = Request::builder().uri("/x?a=query&b=query").header(CONTENT_TYPE, "application/json");
        request.body(Body::from(body)).expect("a request")
    };
    let Params(form) = Params::from_request(request(r#"{"a":"body"}"#), &()).await.expect("a form");
    assert!(matches!(form.get("a"), Some(Value::Json(Json::String(text))) if text == "body"));
    assert!(matches!(form.get("b"), Some(Value::Text(text)) if text == "query"));
}

#[tokio::test]
async fn too_many_fields_are_refused() {
    let body: &'static [u8] = Box::leak("a=1&".repeat(1_001).into_bytes().into_boxed_slice());
    assert_eq!(refused("application/x-www-form-urlencoded", body).await.0, 400);
}
