//! The check against cross-site request forgery.
//!
//! A browser sends a site's cookies with requests from any page. An unsafe request whose only credential is the session
//! cookie must therefore prove that its page can read the `csrftoken` cookie.

use aviary_runtime::Settings;
use aviary_web::{ApiError, Client, Cookies, Form, Origins, Value};
use http::{HeaderMap, Method, StatusCode, header::ORIGIN};
use subtle::ConstantTimeEq;

use crate::digest::digest;

/// Foreign origins whose pages may send unsafe requests with a session cookie. The service's own origins always may.
#[derive(Clone, Debug, Default)]
pub struct TrustedOrigins(Origins);

impl TrustedOrigins {
    /// Reads the listed origins. A `*` applies to CORS only. A list that cannot be read stops the start elsewhere, and
    /// here trusts nobody.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self(Origins::of(settings).unwrap_or_default())
    }
}

/// The parts of a request that the check needs.
#[derive(Clone, Debug)]
pub(crate) struct CsrfProof {
    safe: bool,
    origin: Option<String>,
    own_origins: Vec<String>,
    cookie: Option<String>,
    header: Option<String>,
    field: Option<String>,
}

impl CsrfProof {
    pub(crate) fn of(method: &Method, headers: &HeaderMap, client: &Client) -> Self {
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or("?").to_owned();
        Self {
            safe: method.is_safe(),
            origin: headers.get(ORIGIN).map(text),
            own_origins: client.own_origins.clone(),
            cookie: Cookies::of(headers).csrf.map(|csrf| csrf.expose().to_owned()),
            header: headers.get("x-csrftoken").map(text),
            field: None,
        }
    }

    /// The proof of a request that writes, whatever its method.
    pub(crate) fn of_a_write(self) -> Self {
        Self { safe: false, ..self }
    }

    /// Adds the token of the form field `csrfmiddlewaretoken`; a header takes precedence.
    pub(crate) fn with_form(mut self, form: &Form) -> Self {
        if let Some(Value::Text(token)) = form.get("csrfmiddlewaretoken") {
            self.field = Some(token.clone());
        }
        self
    }

    /// Checks the request. `session_hash` is the digest of the `csrftoken` that was issued with the session: a cookie
    /// that somebody planted has another.
    ///
    /// # Errors
    /// 403 with Django's reason. Safe methods always pass.
    pub(crate) fn check(&self, session_hash: Option<&str>, trusted: &TrustedOrigins) -> Result<(), ApiError> {
        if self.safe {
            return Ok(());
        }
        if let Some(origin) = self.origin.as_deref().filter(|origin| !self.is_trusted(origin, trusted)) {
            return Err(failed(&format!("Origin checking failed - {origin} does not match any trusted origins.")));
        }
        let Some(cookie) = &self.cookie else {
            return Err(failed("CSRF cookie not set."));
        };
        let (token, source) = match (&self.header, &self.field) {
            (Some(token), _) => (token, "the 'X-Csrftoken' HTTP header"),
            (None, Some(token)) => (token, "POST"),
            (None, None) => return Err(failed("CSRF token missing.")),
        };
        let same = |a: &str, b: &str| bool::from(a.as_bytes().ct_eq(b.as_bytes()));
        if same(token, cookie) && session_hash.is_some_and(|hash| same(&digest(cookie), hash)) {
            Ok(())
        } else {
            Err(failed(&format!("CSRF token from {source} incorrect.")))
        }
    }

    fn is_trusted(&self, origin: &str, trusted: &TrustedOrigins) -> bool {
        self.own_origins.iter().any(|own| own.eq_ignore_ascii_case(origin)) || trusted.0.is_listed(origin)
    }
}

impl TrustedOrigins {
    /// Checks a form that nobody is signed in for, such as a login: its field equals the cookie, and its origin is ours.
    ///
    /// # Errors
    /// 403 with Django's reason.
    pub fn check_form(
        &self,
        method: &Method,
        headers: &HeaderMap,
        client: &Client,
        form: &Form,
    ) -> Result<(), ApiError> {
        let proof = CsrfProof::of(method, headers, client).with_form(form);
        let issued = proof.cookie.as_deref().map(digest);
        proof.check(issued.as_deref(), self)
    }
}

fn failed(reason: &str) -> ApiError {
    ApiError::detail(StatusCode::FORBIDDEN, format!("CSRF Failed: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(method: Method, cookie: Option<&str>, header: Option<&str>, origin: Option<&str>) -> CsrfProof {
        CsrfProof {
            safe: method.is_safe(),
            origin: origin.map(Into::into),
            own_origins: vec!["https://api.example.com".into(), "https://www.example.com".into()],
            cookie: cookie.map(Into::into),
            header: header.map(Into::into),
            field: None,
        }
    }

    #[test]
    fn only_a_page_that_reads_the_sessions_csrf_cookie_passes() {
        let trusted = trusting("https://app.example.com");
        let hash = digest("right");
        let check = |proof: CsrfProof| proof.check(Some(&hash), &trusted).is_ok();
        assert!(check(proof(Method::GET, None, None, None)));
        assert!(check(proof(Method::POST, Some("right"), Some("right"), None)));
        assert!(check(proof(Method::POST, Some("right"), Some("right"), Some("https://app.example.com"))));
        assert!(check(proof(Method::POST, Some("right"), Some("right"), Some("https://api.example.com"))));
        assert!(check(proof(Method::POST, Some("right"), Some("right"), Some("https://www.example.com"))));
        assert!(!check(proof(Method::POST, None, Some("right"), None)), "no cookie");
        assert!(!check(proof(Method::POST, Some("right"), None, None)), "no header");
        assert!(!check(proof(Method::POST, Some("right"), Some("wrong"), None)));
        assert!(!check(proof(Method::POST, Some("set"), Some("set"), None)), "a planted cookie");
        assert!(!check(proof(Method::POST, Some("right"), Some("right"), Some("https://evil.example.com"))));
        assert!(!check(proof(Method::POST, Some("right"), Some("right"), Some("null"))));
    }

    #[test]
    fn a_form_may_carry_the_token_in_a_field() {
        let form = Form::new(vec![("csrfmiddlewaretoken".into(), Value::Text("right".into()))]);
        let proof = proof(Method::POST, Some("right"), None, None).with_form(&form);
        assert!(proof.check(Some(&digest("right")), &TrustedOrigins::default()).is_ok());
    }

    fn trusting(list: &str) -> TrustedOrigins {
        let settings = Settings::of([("AVIARY_CORS_ORIGINS".to_owned(), list.to_owned())]).expect("settings");
        TrustedOrigins::of(&settings)
    }

    #[test]
    fn a_star_trusts_no_origin() {
        let proof = proof(Method::POST, Some("right"), Some("right"), Some("https://other.example.com"));
        assert!(proof.check(Some(&digest("right")), &trusting("*")).is_err());
    }
}
