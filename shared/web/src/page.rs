//! Pages of lists, in the shape of Django REST framework's cursor pagination.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::client_info::Client;
use crate::error::ApiError;

const DEFAULT_LIMIT: i32 = 20;
const MAX_LIMIT: i32 = 100;

/// The page that a request asks for. In the OpenAPI document it stands for the parameters `limit` and `cursor`.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The largest number of entries on the page. Anything that is not a positive number counts as 20.
    #[param(value_type = Option<i32>, minimum = 1, maximum = 100, default = 20)]
    limit: i32,
    /// Where the page begins, as it is in the URL `next` of the page before.
    cursor: Option<String>,
    // The list's own URL with the other parameters of the query.
    #[param(ignore)]
    url: String,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The URL of the next page; null on the last one.
    pub next: Option<String>,
    /// Always null, since cursors only lead forward.
    pub previous: Option<String>,
    /// The entries. There may be fewer than `limit`, even none, while there is a next page.
    pub results: Vec<T>,
}

impl PageQuery {
    /// The first page of so many entries, for a list that is shown without cursors.
    #[must_use]
    pub fn first(limit: i32) -> Self {
        Self { limit, cursor: None, url: String::new() }
    }

    /// The most entries that the page may have: 20 by default, at most 100.
    #[must_use]
    pub fn limit(&self) -> i32 {
        self.limit
    }

    /// The position after which the page begins, in the list's own format. `None` for the first page.
    ///
    /// # Errors
    /// 404 for a cursor that is malformed, or of another list.
    pub fn position(&self, list: &str) -> Result<Option<String>, ApiError> {
        let invalid = Self::invalid;
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let text = String::from_utf8(bytes).map_err(|_| invalid())?;
        let (of, position) = text.split_once('\n').ok_or_else(invalid)?;
        if of == list { Ok(Some(position.to_owned())) } else { Err(invalid()) }
    }

    /// The same for lists whose positions are ids or numbers.
    ///
    /// # Errors
    /// As [`PageQuery::position`], and when the position can't be parsed.
    pub fn position_as<T: FromStr>(&self, list: &str) -> Result<Option<T>, ApiError> {
        let position = self.position(list)?;
        position.map(|position| position.parse().map_err(|_| Self::invalid())).transpose()
    }

    /// 404 for an invalid cursor.
    #[must_use]
    pub fn invalid() -> ApiError {
        ApiError::detail(StatusCode::NOT_FOUND, "Invalid cursor")
    }

    /// A page of this list. `next` is the position after which the next page begins.
    pub fn page<T>(&self, list: &str, results: Vec<T>, next: Option<String>) -> Page<T> {
        let next = next.map(|position| {
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(format!("{list}\n{position}"));
            let separator = if self.url.contains('?') { '&' } else { '?' };
            format!("{}{separator}limit={}&cursor={cursor}", self.url, self.limit)
        });
        Page { next, previous: None, results }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let client = Client::from_request_parts(parts, state).await?;
        let (mut limit, mut cursor) = (None, None);
        let mut rest = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            match &*name {
                "limit" => limit = parse_limit(&value),
                "cursor" => cursor = Some(value.into_owned()),
                _ => {
                    rest.append_pair(&name, &value);
                }
            }
        }
        let rest = rest.finish();
        let question = if rest.is_empty() { "" } else { "?" };
        let url = format!("{}{}/{question}{rest}", client.base_url, parts.uri.path().trim_end_matches('/'));
        Ok(Self { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor, url })
    }
}

/// Parses a positive number. A number above the largest page counts as the largest page.
fn parse_limit(text: &str) -> Option<i32> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let limit = digits.parse().unwrap_or(MAX_LIMIT).min(MAX_LIMIT);
    (is_number && limit > 0).then_some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(cursor: Option<&str>) -> PageQuery {
        PageQuery { limit: 2, cursor: cursor.map(Into::into), url: "https://h/list/?q=x".into() }
    }

    #[test]
    fn a_limit_is_a_positive_number_up_to_the_largest_page() {
        for (text, limit) in [("1", 1), ("007", 7), ("100", 100), ("101", 100), ("99999999999999", 100), ("+5", 5)] {
            assert_eq!(parse_limit(text), Some(limit), "{text}");
        }
        for text in ["", "0", "-1", "1.5", "x", "+", "1 2", "0000"] {
            assert_eq!(parse_limit(text), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_names_a_position_in_its_own_list_only() {
        let next = query(None).page("list", vec![1, 2], Some("place".into())).next.expect("a next page");
        let cursor = next.split("cursor=").nth(1).expect("a cursor");
        assert!(next.starts_with("https://h/list/?q=x&limit=2&cursor="), "{next}");
        assert_eq!(query(Some(cursor)).position("list").ok().flatten().as_deref(), Some("place"));
        assert!(query(Some(cursor)).position("other").is_err());
        for broken in ["", "%", "AAAA", "bGlzdA"] {
            assert!(query(Some(broken)).position("list").is_err(), "{broken}");
        }
        assert!(query(Some(cursor)).position_as::<u32>("list").is_err(), "a position that is not a number");
        assert!(query(None).page("list", vec![1], None).next.is_none());
    }
}
