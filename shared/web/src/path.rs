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

/// The URI without one trailing slash, if its path has one. Every path works with and without it.
pub(crate) fn without_trailing_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let mut parts = uri.clone().into_parts();
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    parts.path_and_query = Some(path_and_query.parse().ok()?);
    Uri::from_parts(parts).ok()
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

    fn trimmed(uri: &str) -> Option<String> {
        without_trailing_slash(&uri.parse().expect("a URI")).map(|uri| uri.to_string())
    }

    #[test]
    fn one_trailing_slash_is_dropped_and_the_query_kept() {
        assert_eq!(trimmed("https://h/a/b/?c=d/"), Some("https://h/a/b?c=d/".into()));
        assert_eq!(trimmed("https://h/a/b"), None);
        assert_eq!(trimmed("https://h/"), None);
        assert_eq!(trimmed("https://h/a//"), Some("https://h/a/".into()));
    }

    #[test]
    fn a_decoded_path_is_encoded_whole() {
        assert_eq!(encode("/api/auth/a?b#c%2F d/é"), "/api/auth/a%3Fb%23c%252F%20d/%C3%A9");
        assert_eq!(encode("/api/auth/a@b+c-d_.e/"), "/api/auth/a@b+c-d_.e/");
    }
}
