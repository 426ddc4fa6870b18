//! Requests to the service, built step by step.

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::client::account::Cookies;
use crate::client::answer::Answer;
use crate::client::form::Form;
use crate::{secrets, seen};

/// A request. Nothing is sent before [`Call::send`].
#[derive(Debug)]
pub struct Call(pub(crate) RequestBuilder);

impl Call {
    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// Adds an `Authorization` header with this value, well-formed or not.
    #[must_use]
    pub fn authorization(self, value: &str) -> Self {
        self.header("authorization", value)
    }

    /// Adds this credential as `Bearer`.
    #[must_use]
    pub fn bearer(self, credential: &str) -> Self {
        self.authorization(&format!("Bearer {credential}"))
    }

    /// Adds a browser's cookies.
    #[must_use]
    pub fn cookies(self, cookies: &Cookies) -> Self {
        self.header("cookie", &cookies.header())
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sets an `application/x-www-form-urlencoded` body.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        Self(self.0.form(fields))
    }

    /// Sets a `multipart/form-data` body.
    #[must_use]
    pub fn multipart(self, form: &Form) -> Self {
        self.body(&form.content_type(), form.body())
    }

    /// Sets the body to these bytes.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self(self.header("content-type", content_type).0.body(body))
    }

    /// Sends the request. The test fails if no answer comes.
    pub async fn send(self) -> Answer {
        let (client, request) = self.0.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let sent = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        secrets::of_request(sent, request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default());
        let response = client.execute(request).await.expect("the service answers");
        let status = response.status().as_u16();
        seen::note(method.as_str(), &path, status);
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        let headers = headers.collect();
        let body = response.bytes().await.expect("the whole body of the answer").to_vec();
        let answer = Answer { status, headers, body };
        secrets::of_answer(&answer);
        answer
    }
}
