//! Paths: encoding, the trailing slash, and the variable segment.

use axum::extract::{FromRequestParts, Path};
use http::Uri;
use http::request::Parts;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::error::ApiError;

/// Characters that a path must encode. `%` is one of them, because the gateway has decoded the path.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Encodes a path that the gateway decoded. A `?` or `#` in a name then stays part of the path.
pub(crate) fn encode(decoded: &str) -> String {
    utf8_percent_encode(decoded, NOT_IN_A_PATH).to_string()
}

/// The target of a request. One trailing slash is dropped: every path works with and without it. `None` for what is no
/// path or query.
pub(crate) fn target(path: &str, query: Option<&str>) -> Option<Uri> {
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    match query {
        None | Some("") => path.parse().ok(),
        Some(query) => format!("{path}?{query}").parse().ok(),
    }
}

/// The one variable segment of a route's path, percent-decoded. Bytes that are not UTF-8 name nothing: 404.
#[derive(Debug)]
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => Ok(Self(text)),
            Err(_) => Err(ApiError::not_found()),
        }
    }
}

/// As [`PathText`], for a path with two variable segments.
#[derive(Debug)]
pub struct PathTexts(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathTexts {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<(String, String)>::from_request_parts(parts, state).await {
            Ok(Path((first, second))) => Ok(Self(first, second)),
            Err(_) => Err(ApiError::not_found()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, query: Option<&str>) -> Option<String> {
        target(path, query).map(|uri| uri.to_string())
    }

    #[test]
    fn one_trailing_slash_is_dropped_and_the_query_kept() {
        assert_eq!(text("/a/b/", Some("c=d/")), Some("/a/b?c=d/".into()));
        assert_eq!(text("/a/b", Some("")), Some("/a/b".into()));
        assert_eq!(text("/", None), Some("/".into()));
        assert_eq!(text("/a//", None), Some("/a/".into()));
        assert_eq!(text("//a/../b", None), Some("//a/../b".into()));
        assert_eq!(text("/a b", None), None);
    }

    #[test]
    fn a_decoded_path_is_encoded_whole() {
        assert_eq!(encode("/api/auth/a?b#c%2F d/é"), "/api/auth/a%3Fb%23c%252F%20d/%C3%A9");
        assert_eq!(encode("/api/auth/a@b+c-d_.e/"), "/api/auth/a@b+c-d_.e/");
    }
}
