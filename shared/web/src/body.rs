//! Parses request bodies: JSON, form or multipart, for every method.

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::form::{File, Form, Value};
use crate::{raw_json_fields, surrogates};

/// The most fields of a form, as Django's `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
const MAX_FIELDS: usize = 1_000;

/// The fields of the body. An empty body is an empty form, whatever its content type.
#[derive(Debug)]
pub struct Payload(pub Form);

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        read(&content_type(&parts.headers), body, &[]).await.map(Self)
    }
}

/// The fields of the body and the parameters of the query. The body wins, because document 002 sends bodies with `GET`
/// and `DELETE`.
#[derive(Debug)]
pub struct Params(pub Form);

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let Payload(body) = Payload::from_request(request, state).await?;
        Ok(Self(urlencoded(query.as_bytes())?.overridden_by(body)))
    }
}

impl Params {
    /// The same, but the fields named in `raw` are kept as the JSON text that was sent, as if a form had sent it.
    /// Parsing JSON may change a large number, and takes many times the text's memory.
    ///
    /// # Errors
    /// 400 for a malformed body, 415 for an unknown content type.
    pub async fn with_raw_fields(request: Request, raw: &[&str]) -> Result<Self, ApiError> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let (parts, body) = request.into_parts();
        let body = read(&content_type(&parts.headers), body, raw).await?;
        Ok(Self(urlencoded(query.as_bytes())?.overridden_by(body)))
    }

    /// The fields of JSON that was not a request's body, with raw fields as in [`Params::with_raw_fields`].
    ///
    /// # Errors
    /// 400 for malformed JSON.
    pub fn of_json(bytes: &[u8], raw: &[&str]) -> Result<Self, ApiError> {
        json(bytes, raw).map(Self)
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE);
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

async fn read(content_type: &str, body: Body, raw: &[&str]) -> Result<Form, ApiError> {
    if body.is_end_stream() {
        return Ok(Form::default());
    }
    let bytes = body.collect().await.map_err(ApiError::internal)?.to_bytes();
    if bytes.is_empty() {
        return Ok(Form::default());
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => json(&bytes, raw),
        "application/x-www-form-urlencoded" => urlencoded(&bytes),
        "multipart/form-data" => multipart(content_type, bytes).await,
        _ => Err(ApiError::unsupported_media_type(content_type)),
    }
}

fn json(bytes: &[u8], raw: &[&str]) -> Result<Form, ApiError> {
    let marked = surrogates::mark(bytes);
    if marked.trim_ascii_start().starts_with(b"{") {
        return raw_json_fields::form(&marked, raw).map_err(|error| parse_error("JSON", &error));
    }
    // Not parsed: a list of small numbers takes many times its bytes in memory.
    let value: &RawValue = serde_json::from_slice(&marked).map_err(|error| parse_error("JSON", &error))?;
    let kind = match value.get().as_bytes().first() {
        Some(b'n') => return Err(ApiError::field("non_field_errors", "No data provided")),
        Some(b'[') => "list",
        Some(b'"') => "str",
        Some(b't' | b'f') => "bool",
        _ if value.get().contains(['.', 'e', 'E']) => "float",
        _ => "int",
    };
    let message = format!("Invalid data. Expected a dictionary, but got {kind}.");
    Err(ApiError::field("non_field_errors", message))
}

fn urlencoded(bytes: &[u8]) -> Result<Form, ApiError> {
    let fields: Vec<_> = form_urlencoded::parse(bytes)
        .take(MAX_FIELDS + 1)
        .map(|(name, value)| (name.into_owned(), Value::Text(value.into_owned())))
        .collect();
    bounded(fields)
}

async fn multipart(content_type: &str, bytes: Bytes) -> Result<Form, ApiError> {
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| parse_error("Multipart form", &"Invalid boundary in multipart: None"))?;
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| parse_error("Multipart form", &e))? {
        fields.push(field(part).await?);
        if fields.len() > MAX_FIELDS {
            break;
        }
    }
    bounded(fields)
}

/// Reads a part. With a file name it is a file, otherwise a text.
async fn field(mut part: multer::Field<'_>) -> Result<(String, Value), ApiError> {
    let name = part.name().unwrap_or_default().to_owned();
    let Some(file_name) = part.file_name().map(ToOwned::to_owned) else {
        let text = part.bytes().await.map_err(|e| parse_error("Multipart form", &e))?;
        return Ok((name, Value::Text(String::from_utf8_lossy(&text).into_owned())));
    };
    let content_type = part.content_type().map(|mime| mime.essence_str().to_owned());
    let mut chunks = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|e| parse_error("Multipart form", &e))? {
        chunks.push(chunk);
    }
    Ok((name, Value::File(File { name: file_name, content_type, chunks })))
}

fn bounded(fields: Vec<(String, Value)>) -> Result<Form, ApiError> {
    if fields.len() > MAX_FIELDS {
        let message = format!("A form may have {MAX_FIELDS} fields.");
        return Err(ApiError::detail(StatusCode::BAD_REQUEST, message));
    }
    Ok(Form::new(fields))
}

fn parse_error(what: &str, error: &dyn std::fmt::Display) -> ApiError {
    ApiError::detail(StatusCode::BAD_REQUEST, format!("{what} parse error - {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use serde_json::Value as Json;

    async fn refused(content_type: &str, body: &'static [u8]) -> (u16, String) {
        let error = read(content_type, Body::from(body), &[]).await.expect_err("must be refused");
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
            let form = read(content_type, Body::from(body), &[]).await.expect("a form");
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
    async fn an_empty_body_is_an_empty_form_whatever_its_type() {
        for content_type in ["", "text/plain", "application/json"] {
            let form = read(content_type, Body::empty(), &[]).await.expect("a form");
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
        assert_eq!(refused("application/json", b"null").await.1, r#"{"non_field_errors":["No data provided"]}"#);
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
        let form = read("application/json", Body::from(r#"{"a":"1","a":"2"}"#), &[]).await.expect("a form");
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
}
