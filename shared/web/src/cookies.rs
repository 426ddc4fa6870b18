//! The two cookies that Django's clients know: `sessionid` and `csrftoken`.
//!
//! A client without them gets them with any response (document 002: "can acquire from any response"). They are random
//! and identify nothing. A signup or login sets new values, which belong to a session.

use std::sync::Arc;

use aviary_model::{Entropy, EntropyError, Secret};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::client_info::Client;
use crate::error::ApiError;

/// The cookie that names a web session.
pub const SESSION_COOKIE: &str = "sessionid";
/// The cookie that a form or a script repeats, to prove that it can read it.
pub const CSRF_COOKIE: &str = "csrftoken";

/// Two weeks, as in Django.
const SESSION_SECONDS: i64 = 14 * 24 * 3_600;
/// A year, as in Django.
const CSRF_SECONDS: i64 = 364 * 24 * 3_600;

/// The cookies of a request, if they have the form of ours.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// The value of `sessionid`.
    pub session: Option<Secret>,
    /// The value of `csrftoken`.
    pub csrf: Option<Secret>,
}

impl Cookies {
    /// Reads the `Cookie` headers. Of a repeated cookie the last counts.
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

/// Whether a value is 64 hex digits, as every value that this service sets.
fn is_ours(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl<S: Send + Sync> FromRequestParts<S> for Cookies {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Ok(Self::of(&parts.headers))
    }
}

/// New values of both cookies. A handler that starts a web session puts them into its response's extensions. They
/// replace the client's values, so that an attacker cannot fix a session's cookie beforehand.
#[derive(Clone, Debug)]
pub struct SessionCookies {
    /// The new value of `sessionid`.
    pub session: Secret,
    /// The new value of `csrftoken`.
    pub csrf: Secret,
}

impl SessionCookies {
    /// Generates random values.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Ok(Self { session: entropy.secret::<32>()?, csrf: entropy.secret::<32>()? })
    }
}

/// Sets the cookies of a session that the handler started, or those that the client lacks. Makes no call.
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

/// Whether caches may give the response to other clients. Such a response must not set cookies.
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
    fn only_values_of_our_form_are_read() {
        let mut headers = HeaderMap::new();
        let ours = "a1".repeat(32);
        headers.append(COOKIE, format!("x=y; sessionid={ours}").parse().expect("a value"));
        headers.append(COOKIE, "csrftoken=short".parse().expect("a value"));
        let cookies = Cookies::of(&headers);
        assert_eq!(cookies.session.as_ref().map(Secret::expose), Some(ours.as_str()));
        assert!(cookies.csrf.is_none());
    }
}
