//! A client of the running service.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::form::Form;

const PATIENCE: Duration = Duration::from_secs(60);
/// Attempts of a request that the service postpones.
const ATTEMPTS: u32 = 5;
/// Statuses that ask for a later attempt.
const LATER: [u16; 5] = [409, 429, 502, 503, 504];

/// A request's body.
#[derive(Debug)]
pub(super) enum Body {
    Empty,
    Json(Value),
    Form(Form),
}

/// A request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) token: Option<&'a str>,
    /// The idempotency key.
    pub(super) key: Option<String>,
    pub(super) body: Body,
}

/// An answer with its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// The service at a base URL.
#[derive(Debug)]
pub(super) struct Api {
    url: String,
    agent: ureq::Agent,
}

impl<'a> Call<'a> {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), token: None, key: None, body: Body::Empty }
    }

    pub(super) fn post(path: impl Into<String>, body: Body) -> Self {
        Self { method: "POST", body, ..Self::get(path) }
    }

    pub(super) fn by(self, token: &'a str) -> Self {
        Self { token: Some(token), ..self }
    }

    pub(super) fn once(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }
}

impl Answer {
    /// The string at this JSON pointer of the body.
    pub(super) fn text(&self, pointer: &str) -> Result<String> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        Ok(found.with_context(|| format!("the answer has no `{pointer}`: {}", self.body))?.to_owned())
    }
}

impl Api {
    pub(super) fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Self { url: url.trim_end_matches('/').to_owned(), agent: config.build().into() }
    }

    /// Sends a request that must succeed, again if it is postponed.
    pub(super) fn done(&self, call: Call<'_>) -> Result<Answer> {
        let (method, path) = (call.method, call.path.clone());
        let answer = self.sent(call)?;
        if !(200..300).contains(&answer.status) {
            bail!("the service answered {} to {method} {path}: {}", answer.status, answer.body);
        }
        Ok(answer)
    }

    /// Sends a request, again if it is postponed.
    pub(super) fn sent(&self, call: Call<'_>) -> Result<Answer> {
        let (kind, body) = match call.body {
            Body::Empty => (None, Vec::new()),
            Body::Json(ref body) => (Some("application/json"), body.to_string().into_bytes()),
            Body::Form(form) => (Some(Form::CONTENT_TYPE), form.into_body()),
        };
        let mut attempt = 1;
        loop {
            let mut request =
                ureq::http::Request::builder().method(call.method).uri(format!("{}{}", self.url, call.path));
            let authorization = call.token.map(|token| format!("Token {token}"));
            let headers = [
                ("authorization", authorization.as_deref()),
                ("idempotency-key", call.key.as_deref()),
                ("content-type", kind),
            ];
            for (name, value) in headers {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let mut response = self
                .agent
                .run(request.body(body.as_slice())?)
                .with_context(|| format!("no answer from {}", self.url))?;
            let status = response.status().as_u16();
            if attempt < ATTEMPTS && LATER.contains(&status) {
                let after = response.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
                thread::sleep(after.map_or(Duration::from_millis(200 * u64::from(attempt)), Duration::from_secs));
                attempt += 1;
                continue;
            }
            let text = response.body_mut().read_to_string().context("the answer broke off")?;
            let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
            return Ok(Answer { status, body });
        }
    }
}
