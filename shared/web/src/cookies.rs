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
    /// Reads the `Cookie` headers, however many there are. Of a repeated cookie the last value of our form counts. Other
    /// cookies do not matter, whatever their bytes.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut cookies = Self::default();
        let values = headers.get_all(COOKIE).iter();
        for pair in values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';')) {
            let Some(at) = pair.iter().position(|byte| *byte == b'=') else { continue };
            let (name, value) = pair.split_at(at);
            let slot = match std::str::from_utf8(name.trim_ascii()) {
                Ok(SESSION_COOKIE) => &mut cookies.session,
                Ok(CSRF_COOKIE) => &mut cookies.csrf,
                _ => continue,
            };
            if let Some(value) = value.get(1..).and_then(ours) {
                *slot = Some(Secret::new(value.to_owned()));
            }
        }
        cookies
    }
}

/// The text of a value, if it has the form of ours. Quotes around it are not part of it (RFC 6265 §4.1.1, Django).
fn ours(value: &[u8]) -> Option<&str> {
    let value = value.trim_ascii();
    let value = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value);
    std::str::from_utf8(value).ok().filter(|value| is_ours(value))
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
///
/// A form that another site sends sets none: the browser sends it without the cookies that it has, so that new ones would
/// end the user's session or replace it by one of the other site's choice.
pub(crate) async fn cookies(
    State(entropy): State<Arc<dyn Entropy>>,
    client: Client,
    request: Request,
    next: Next,
) -> Response {
    let had = Cookies::of(request.headers());
    let foreign_form = is_foreign_form(&request);
    let mut response = next.run(request).await;
    if foreign_form || is_public(&response) {
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

/// Whether a browser says that it shows the answer in the place of a page of another site, which sent the request as a form.
fn is_foreign_form(request: &Request) -> bool {
    let says = |name: &str, value: &[u8]| request.headers().get(name).is_some_and(|sent| sent.as_bytes() == value);
    !request.method().is_safe() && says("sec-fetch-site", b"cross-site") && says("sec-fetch-mode", b"navigate")
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

    fn read(values: &[&[u8]]) -> Cookies {
        let values = values.iter().map(|value| (COOKIE, HeaderValue::from_bytes(value).expect("a value")));
        let mut headers = HeaderMap::new();
        values.for_each(|(name, value)| {
            headers.append(name, value);
        });
        Cookies::of(&headers)
    }

    #[test]
    fn only_values_of_our_form_are_read() {
        let ours = "a1".repeat(32);
        let cookies = read(&[format!("x=y; sessionid={ours}").as_bytes(), b"csrftoken=short"]);
        assert_eq!(cookies.session.as_ref().map(Secret::expose), Some(ours.as_str()));
        assert!(cookies.csrf.is_none());
    }

    #[test]
    fn other_cookies_never_matter() {
        let (session, csrf) = ("a1".repeat(32), "b2".repeat(32));
        let both = format!("sessionid={session}; csrftoken={csrf}");
        let with = |before: &[u8], after: &[u8]| [before, both.as_bytes(), after].concat();
        for header in [
            with("theme=Île-de-France; ".as_bytes(), b""),
            with(b"theme=\xce\xff; ", b"; x=\xe9"),
            with(b"flag; =; ;; a=b=c; ", b";"),
            with(b"json={\"a\": \"b,c\"}; ", b"; sessionid="),
            with(b"q=\"a;b\"; ", b"; sessionid2=x; Sessionid=x"),
            format!("csrftoken=\"{csrf}\";sessionid = \"{session}\"").into_bytes(),
        ] {
            let cookies = read(&[&header]);
            let shown = String::from_utf8_lossy(&header).into_owned();
            assert_eq!(cookies.session.as_ref().map(Secret::expose), Some(session.as_str()), "{shown}");
            assert_eq!(cookies.csrf.as_ref().map(Secret::expose), Some(csrf.as_str()), "{shown}");
        }
        let cookies = read(&[format!("sessionid={session}").as_bytes(), format!("csrftoken={csrf}").as_bytes()]);
        assert!(cookies.session.is_some() && cookies.csrf.is_some(), "several fields are one");
    }
}
