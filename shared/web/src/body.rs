//! Parses request bodies: JSON, form or multipart, for every method.

use std::borrow::Cow;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use serde_json::value::RawValue;

use crate::charset::{self, Charset, CharsetError};
use crate::error::ApiError;
use crate::form::{Form, Value};
use crate::json_number::is_float;
use crate::media_type::Parameterised;
use crate::{line_breaks, multipart, raw_json_fields, surrogates};

/// The most fields of a form, as Django's `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
const MAX_FIELDS: usize = 1_000;

/// The fields of the body. An empty body is an empty form, whatever its content type.
#[derive(Debug)]
pub struct Payload(pub Form);

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        read(content_type(&parts.headers), body, &[]).await.map(Self)
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
        Ok(Self(query_form(&query)?.overridden_by(body)))
    }
}

impl Params {
    /// The same, but the fields named in `raw` are [`Value::Raw`], the JSON text that was sent. Parsing JSON may change a
    /// large number, and takes many times the text's memory.
    ///
    /// # Errors
    /// 400 for a malformed body, 415 for an unknown content type.
    pub async fn with_raw_fields(request: Request, raw: &[&str]) -> Result<Self, ApiError> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let (parts, body) = request.into_parts();
        let body = read(content_type(&parts.headers), body, raw).await?;
        Ok(Self(query_form(&query)?.overridden_by(body)))
    }

    /// The fields of JSON that was not a request's body, with raw fields as in [`Params::with_raw_fields`].
    ///
    /// # Errors
    /// 400 for malformed JSON.
    pub fn of_json(bytes: &[u8], raw: &[&str]) -> Result<Self, ApiError> {
        json(bytes, raw).map(Self)
    }
}

fn content_type(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(CONTENT_TYPE)
}

async fn read(header: Option<&HeaderValue>, body: Body, raw: &[&str]) -> Result<Form, ApiError> {
    if body.is_end_stream() {
        return Ok(Form::default());
    }
    let bytes = body.collect().await.map_err(ApiError::internal)?.to_bytes();
    if bytes.is_empty() {
        return Ok(Form::default());
    }
    let content_type = header.map_or_else(|| Some(Parameterised::default()), Parameterised::content_type);
    match content_type.as_ref().map(|content_type| (content_type, content_type.value.as_str())) {
        Some((content_type, "application/json")) => json(&decoded(content_type, &bytes)?, raw),
        Some((content_type, "application/x-www-form-urlencoded")) => {
            urlencoded("Form", content_type.get("charset"), &bytes)
        }
        Some((content_type, "multipart/form-data")) => {
            let fields = multipart::fields(content_type, bytes, MAX_FIELDS).await;
            bounded(fields.map_err(|error| parse_error("Multipart form", &error))?)
        }
        _ => {
            let shown = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            Err(ApiError::unsupported_media_type(&shown.unwrap_or_default()))
        }
    }
}

/// The JSON in UTF-8. RFC 8259 knows nothing else, but Django REST framework reads the charset that is named.
fn decoded<'a>(content_type: &Parameterised, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, ApiError> {
    let wrong = |error: CharsetError| parse_error("JSON", &error);
    let charset = content_type.get("charset").map_or(Ok(charset::DEFAULT), Charset::of).map_err(wrong)?;
    if charset == charset::DEFAULT {
        // The JSON parser says at which place the bytes are wrong.
        return Ok(bytes.into());
    }
    match charset.decode(bytes).map_err(wrong)? {
        Cow::Borrowed(text) => Ok(text.as_bytes().into()),
        Cow::Owned(text) => Ok(text.into_bytes().into()),
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
        // `axios.post(url, null)` sends these four letters.
        Some(b'n') => return Ok(Form::default()),
        Some(b'[') => "list",
        Some(b'"') => "str",
        Some(b't' | b'f') => "bool",
        _ if is_float(value.get()) => "float",
        _ => "int",
    };
    let message = format!("Invalid data. Expected a dictionary, but got {kind}.");
    Err(ApiError::field("non_field_errors", message))
}

fn query_form(query: &str) -> Result<Form, ApiError> {
    urlencoded("Query", None, query.as_bytes())
}

/// Reads a form or a query string; `what` names it in errors. A charset that the content type does not name may be in the
/// field `_charset_`.
fn urlencoded(what: &str, charset: Option<&str>, bytes: &[u8]) -> Result<Form, ApiError> {
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(MAX_FIELDS + 1);
    let pairs: Vec<_> = pairs.map(percent_decoded).collect();
    let named = pairs.iter().find(|(name, _)| name == multipart::CHARSET_FIELD.as_bytes());
    let named = named.and_then(|(_, value)| std::str::from_utf8(value).ok());
    let label = charset.or(named).filter(|label| !label.trim().is_empty());
    let wrong = |error: CharsetError| parse_error(what, &error);
    let charset = label.map_or(Ok(charset::DEFAULT), Charset::of).map_err(wrong)?;
    let fields = pairs.into_iter().map(|(name, value)| {
        let value = charset.decode_owned(value).map_err(wrong)?;
        Ok((charset.decode_owned(name).map_err(wrong)?, Value::Text(line_breaks::to_lf(value))))
    });
    bounded(fields.collect::<Result<_, ApiError>>()?)
}

/// Name and value of a field, by the rules of the URL standard.
fn percent_decoded(pair: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    let decode = |part: Option<&[u8]>| {
        let spaced: Vec<u8> = part.unwrap_or_default().iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        percent_encoding::percent_decode(&spaced).collect()
    };
    (decode(pair.get(..at)), decode(pair.get(at + 1..)))
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
mod tests;
