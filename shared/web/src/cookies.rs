//! The two cookies that Django's clients know: `sessionid` and `csrftoken`.
//!
//! A client without them gets them with any answer (document 002: "can acquire from any response"). They
//! are random and stand for nothing until a signup or login binds fresh values to a session.

use std::sync::Arc;

use aviary_model::{Entropy, EntropyError, Secret};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::{ApiError, CSRF_COOKIE, Client, SESSION_COOKIE};

/// Two weeks, as in Django.
const SESSION_SECONDS: i64 = 14 * 24 * 3_600;
/// A year, as in Django.
const CSRF_SECONDS: i64 = 364 * 24 * 3_600;

/// The cookies that came with a request, where they look like ours.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// `sessionid`.
    pub session: Option<Secret>,
    /// `csrftoken`.
    pub csrf: Option<Secret>,
}

impl Cookies {
    /// Reads the request's headers.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut cookies = Self::default();
        let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        for cookie in values.flat_map(Cookie::split_parse).flatten() {
            let slot = match cookie.name() {
                SESSION_COOKIE => &mut cookies.session,
                CSRF_COOKIE => &mut cookies.csrf,
                _ => continue,
            };
            if is_ours(cookie.value()) {
                *slot = Some(Secret::new(cookie.value().to_owned()));
            }
        }
        cookies
    }
}

/// 64 hex digits: all that this service ever sets.
fn is_ours(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl<S: Send + Sync> FromRequestParts<S> for Cookies {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Ok(Self::of(&parts.headers))
    }
}

/// Fresh values of both cookies. A handler that starts a web session puts them into its answer's
/// extensions; they replace whatever the client had, so that no session can be fixed beforehand.
#[derive(Clone, Debug)]
pub struct SessionCookies {
    /// The value of `sessionid`.
    pub session: Secret,
    /// The value of `csrftoken`.
    pub csrf: Secret,
}

impl SessionCookies {
    /// New random values.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Ok(Self { session: entropy.secret::<32>()?, csrf: entropy.secret::<32>()? })
    }
}

/// Sets what a handler started, or what the client does not have yet. Needs no database.
pub(crate) async fn cookies(
    State(entropy): State<Arc<dyn Entropy>>,
    client: Client,
    request: Request,
    next: Next,
) -> Response {
    let had = Cookies::of(request.headers());
    let mut response = next.run(request).await;
    if is_public(&response) {
        return response;
    }
    let fresh = match response.extensions_mut().remove::<SessionCookies>() {
        Some(started) => Cookies { session: Some(started.session), csrf: Some(started.csrf) },
        None => match missing(&had, entropy.as_ref()) {
            Ok(fresh) => fresh,
            Err(error) => return ApiError::from(error).into_response(),
        },
    };
    let secure = client.is_https();
    if let Some(session) = &fresh.session {
        set(&mut response, SESSION_COOKIE, session, SESSION_SECONDS, true, secure);
    }
    if let Some(csrf) = &fresh.csrf {
        set(&mut response, CSRF_COOKIE, csrf, CSRF_SECONDS, false, secure);
    }
    response
}

/// What caches may keep and hand to anyone must not carry one client's cookies.
fn is_public(response: &Response) -> bool {
    let value = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.contains("public"))
}

fn missing(had: &Cookies, entropy: &dyn Entropy) -> Result<Cookies, EntropyError> {
    let fill = |have: &Option<Secret>| match have {
        Some(_) => Ok(None),
        None => entropy.secret::<32>().map(Some),
    };
    Ok(Cookies { session: fill(&had.session)?, csrf: fill(&had.csrf)? })
}

fn set(response: &mut Response, name: &str, value: &Secret, seconds: i64, http_only: bool, secure: bool) {
    let cookie = Cookie::build((name, value.expose()))
        .path("/")
        .max_age(cookie::time::Duration::seconds(seconds))
        .same_site(SameSite::Lax)
        .http_only(http_only)
        .secure(secure)
        .build();
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_we_could_have_set_are_read() {
        let mut headers = HeaderMap::new();
        let ours = "a1".repeat(32);
        headers.append(COOKIE, format!("x=y; sessionid={ours}").parse().expect("a value"));
        headers.append(COOKIE, "csrftoken=short".parse().expect("a value"));
        let cookies = Cookies::of(&headers);
        assert_eq!(cookies.session.as_ref().map(Secret::expose), Some(ours.as_str()));
        assert!(cookies.csrf.is_none());
    }
}
