//! A blocking HTTP client that shows everything of an answer, over HTTP and HTTPS. It follows no redirect: each path is
//! to be answered directly.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::form::Form;

/// More than the 30 s after which the gateway itself gives up.
const LONGEST_ANSWER: Duration = Duration::from_secs(40);
/// What a failed check shows of a body.
const SHOWN: usize = 500;

/// A client of one service.
#[derive(Debug)]
pub(super) struct Stage {
    url: String,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Runtime,
}

/// A request to the service, or to a URL that it named.
#[derive(Debug)]
pub(super) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// Method and path of the request.
    asked: String,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Bytes::new() }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub(super) fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A device token.
    pub(super) fn by(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), format!("Token {token}"))
    }

    pub(super) fn cookie(self, cookie: &str) -> Self {
        self.header(COOKIE.as_str(), cookie)
    }

    pub(super) fn json(self, body: &Value) -> Self {
        Self { body: body.to_string().into(), ..self.header(CONTENT_TYPE.as_str(), "application/json") }
    }

    pub(super) fn form(self, form: Form) -> Self {
        Self { body: form.into_body().into(), ..self.header(CONTENT_TYPE.as_str(), Form::CONTENT_TYPE) }
    }

    /// A form of a page without files, written as it is sent.
    pub(super) fn urlencoded(self, form: &'static str) -> Self {
        let kind = "application/x-www-form-urlencoded";
        Self { body: Bytes::from_static(form.as_bytes()), ..self.header(CONTENT_TYPE.as_str(), kind) }
    }
}

impl Answer {
    /// The answer, if it has this status.
    pub(super) fn expect(self, status: u16) -> Result<Self> {
        ensure!(self.status == status, "{} answered {}, not {status} ({})", self.asked, self.status, self.traces());
        Ok(self)
    }

    /// The answer, if its body has this text.
    pub(super) fn containing(self, text: &str) -> Result<Self> {
        let found = String::from_utf8_lossy(&self.body).contains(text);
        ensure!(found, "{} answered without `{text}` ({})", self.asked, self.traces());
        Ok(self)
    }

    /// The answer, if it has this header with this text in it, whatever the case.
    pub(super) fn with_header(self, name: &str, text: &str) -> Result<Self> {
        let values = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let found = values.into_iter().any(|value| value.to_lowercase().contains(&text.to_lowercase()));
        ensure!(found, "{} answered without the header `{name}: {text}` ({})", self.asked, self.traces());
        Ok(self)
    }

    /// The body's value at this JSON pointer.
    pub(super) fn value(&self, pointer: &str) -> Result<Value> {
        let body: Value = serde_json::from_slice(&self.body)
            .with_context(|| format!("{} answered no JSON ({})", self.asked, self.traces()))?;
        let found = body.pointer(pointer).cloned();
        found.with_context(|| format!("{} answered without `{pointer}` ({})", self.asked, self.traces()))
    }

    /// The text at this JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Result<String> {
        let value = self.value(pointer)?;
        let text = value.as_str().map(ToOwned::to_owned);
        text.with_context(|| format!("{} answered no text in `{pointer}` ({})", self.asked, self.traces()))
    }

    /// What finds the request in the logs. Only an error's body is shown, because others can have tokens in them.
    pub(super) fn traces(&self) -> String {
        let id = self.headers.get("x-request-id").or_else(|| self.headers.get("apigw-requestid"));
        let id = id.and_then(|id| id.to_str().ok()).unwrap_or("none, so no function answered");
        let body = String::from_utf8_lossy(&self.body);
        let shown: String = if self.status < 400 { String::new() } else { body.chars().take(SHOWN).collect() };
        format!("request id {id}; body: {}", if shown.is_empty() { "not shown" } else { &shown })
    }
}

impl Stage {
    pub(super) fn new(url: &str) -> Result<Self> {
        let url = url.trim_end_matches('/').to_owned();
        let is_url = url.starts_with("http://") || url.starts_with("https://");
        ensure!(is_url, "the base URL is like https://api.example.com or http://127.0.0.1:9000");
        let mut roots = RootCertStore::empty();
        // Without any, HTTPS fails with a clear error, and plain HTTP works.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self {
            url,
            client: Client::builder(TokioExecutor::new()).build(connector),
            runtime: Builder::new_current_thread().enable_all().build()?,
        })
    }

    /// Whether answers come by TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// The origin of the service's own pages.
    pub(super) fn origin(&self) -> &str {
        &self.url
    }

    /// Sends a request once.
    pub(super) fn send(&self, call: Call) -> Result<Answer> {
        let asked = format!("{} {}", call.method, without_query(&call.path));
        let url = if call.path.starts_with('/') { format!("{}{}", self.url, call.path) } else { call.path };
        let mut request = Request::builder().method(call.method).uri(url);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(call.body)).with_context(|| format!("{asked} can't be sent"))?;
        let exchange = async {
            let (parts, body) = self.client.request(request).await?.into_parts();
            Ok::<_, anyhow::Error>((parts, body.collect().await?.to_bytes()))
        };
        // The timer needs the runtime, so it is made inside of it.
        let answered = self.runtime.block_on(async { tokio::time::timeout(LONGEST_ANSWER, exchange).await });
        let answered = answered.map_err(|_| anyhow!("no answer within {} s", LONGEST_ANSWER.as_secs()))?;
        let (parts, body) = answered.with_context(|| format!("{asked} was not answered"))?;
        Ok(Answer { asked, status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

/// The query of a presigned URL is a credential.
fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}
