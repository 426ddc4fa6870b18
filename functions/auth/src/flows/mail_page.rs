//! The plain pages that mails lead to: a form with the mail's `uid` and `token` in it. They work without JavaScript.
//!
//! Opening a page changes nothing, because programs that check mails open its links too. Only sending the form does.

use std::sync::LazyLock;

use aviary_web::{ApiError, Form, Value};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("mail_page.css");

/// No script, no foreign content, no frame around the page; only its own style, and its form goes to this service.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// A page: its texts, and the fields of its form.
#[derive(Debug)]
pub(crate) struct MailPage {
    /// Where the form is sent.
    pub(crate) action: &'static str,
    pub(crate) title: &'static str,
    /// What sending the form does.
    pub(crate) opening: &'static str,
    pub(crate) button: &'static str,
    /// The heading and the text after success.
    pub(crate) done: (&'static str, &'static str),
    /// A password that the form asks for.
    pub(crate) password: Option<PasswordField>,
}

/// A password field.
#[derive(Debug)]
pub(crate) struct PasswordField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What browsers call its content: `new-password` or `current-password`.
    pub(crate) autocomplete: &'static str,
    pub(crate) required: bool,
}

impl MailPage {
    /// The form, filled with the `uid` and the `token` of the link.
    pub(crate) fn form(&self, link: &Form) -> Response {
        respond(StatusCode::OK, &self.form_page(link, &Map::new()))
    }

    /// The page after the form was sent: what was done, or the form again with its errors in words. Failures of the
    /// service are answered as everywhere.
    pub(crate) fn after(&self, sent: &Form, outcome: Result<(), ApiError>) -> Response {
        let Err(error) = outcome else {
            let (title, text) = self.done;
            return respond(StatusCode::OK, &page(title, &html! { p { (text) } }));
        };
        let status = error.status();
        let errors = error.json().as_object().cloned().unwrap_or_default();
        if status.is_server_error() {
            return error.into_response();
        }
        let mut response = error.into_response();
        let (headers, body) = (headers(), self.form_page(sent, &errors));
        response.headers_mut().extend(headers);
        *response.body_mut() = Body::from(body.into_string());
        response
    }

    fn form_page(&self, sent: &Form, errors: &Map<String, Json>) -> Markup {
        let body = html! {
            p { (self.opening) }
            @if let Some(problem) = problem(errors) { p.problem role="alert" { (problem) } }
            form method="post" action=(self.action) {
                (link_field("uid", "uid, as the mail shows it", sent))
                (link_field("token", "token, as the mail shows it", sent))
                @if let Some(password) = &self.password { (password.field(errors)) }
                button type="submit" { (self.button) }
            }
        };
        page(self.title, &body)
    }
}

impl PasswordField {
    fn field(&self, errors: &Map<String, Json>) -> Markup {
        let messages = messages(errors.get(self.name));
        html! {
            label for=(self.name) { (self.label) }
            input #(self.name) type="password" name=(self.name) autocomplete=(self.autocomplete) required[self.required]
                aria-describedby=[(!messages.is_empty()).then_some("errors")] aria-invalid=[(!messages.is_empty()).then_some("true")];
            @if !messages.is_empty() {
                ul #errors.problem role="alert" { @for message in &messages { li { (message) } } }
            }
        }
    }
}

/// More characters than a part of a link has.
const MAX_LINK_PART: usize = 200;

/// A part of the link: hidden if the form has it, else a field to type it into. What is too long is no part of one, and
/// is not repeated.
fn link_field(name: &str, label: &str, sent: &Form) -> Markup {
    let value = match sent.get(name) {
        Some(Value::Text(value)) => value.trim(),
        Some(Value::Json(Json::String(value))) => value.trim(),
        _ => "",
    };
    html! {
        @if value.is_empty() || value.len() > MAX_LINK_PART {
            label for=(name) { (label) }
            input #(name) type="text" name=(name) autocomplete="off" autocapitalize="none" spellcheck="false" required;
        } @else {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// What is wrong with the request as a whole, in words for the reader of a mail.
fn problem(errors: &Map<String, Json>) -> Option<String> {
    if errors.contains_key("uid") || errors.contains_key("token") {
        return Some(
            "This link does not work any more. It was used before, is too old, or is not complete.".to_owned(),
        );
    }
    let general = errors.get("detail").and_then(Json::as_str).map(ToOwned::to_owned);
    general.or_else(|| messages(errors.get("email")).into_iter().next())
}

fn messages(errors: Option<&Json>) -> Vec<String> {
    let messages = errors.and_then(Json::as_array).into_iter().flatten();
    messages.filter_map(|message| message.as_str().map(ToOwned::to_owned)).collect()
}

fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " – Aviary" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (body) } }
        }
    }
}

fn respond(status: StatusCode, page: &Markup) -> Response {
    (status, headers(), page.0.clone()).into_response()
}

/// The address of the page holds the token, so nothing may keep it or pass it on.
fn headers() -> HeaderMap {
    let fixed = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    let mut headers: HeaderMap =
        fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers
}
