//! A request that is being made.

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::{Answer, Cookies, Form};

/// A request; nothing is sent before [`Call::send`].
#[derive(Debug)]
pub struct Call(pub(crate) RequestBuilder);

impl Call {
    /// With this header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With an `Authorization` header, whatever it says.
    #[must_use]
    pub fn authorization(self, value: &str) -> Self {
        self.header("authorization", value)
    }

    /// With this credential as `Bearer`.
    #[must_use]
    pub fn bearer(self, credential: &str) -> Self {
        self.authorization(&format!("Bearer {credential}"))
    }

    /// With a browser's cookies.
    #[must_use]
    pub fn cookies(self, cookies: &Cookies) -> Self {
        self.header("cookie", &cookies.header())
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With the body of a plain form.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        Self(self.0.form(fields))
    }

    /// With the body of a form that can hold files.
    #[must_use]
    pub fn multipart(self, form: &Form) -> Self {
        self.body(&form.content_type(), form.body())
    }

    /// With these bytes.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self(self.header("content-type", content_type).0.body(body))
    }

    /// Sends it; whoever does not answer fails the test.
    pub async fn send(self) -> Answer {
        let response = self.0.send().await.expect("the service answers");
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        let headers = headers.collect();
        let body = response.bytes().await.expect("the answer is whole").to_vec();
        Answer { status, headers, body }
    }
}
