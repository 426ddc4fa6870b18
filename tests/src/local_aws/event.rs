//! Events as an HTTP API delivers them to a function (payload format 2.0).

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::client::Form;
use crate::names::unique;

/// An event of a request. Its path is decoded, as the gateway delivers it.
#[derive(Clone, Debug)]
pub struct Event(Value);

impl Event {
    /// A request without query, credentials and body.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self(json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"host": "api.example.com", "x-forwarded-proto": "https", "user-agent": "test"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api",
                "domainName": "api.example.com",
                "http": {
                    "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.10", "userAgent": "test",
                },
                "requestId": unique("request-"),
                "routeKey": "$default",
                "stage": "$default",
                "time": "20/Nov/2026:12:00:00 +0000",
                "timeEpoch": 1_795_176_000_000_u64,
            },
            "isBase64Encoded": false,
        }))
    }

    /// Sets the query, which must be encoded.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.0["rawQueryString"] = query.into();
        self
    }

    /// Sets the IP address of the client.
    #[must_use]
    pub fn source(mut self, address: &str) -> Self {
        self.0["requestContext"]["http"]["sourceIp"] = address.into();
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = value.into();
        self
    }

    /// Adds this credential as `Bearer`.
    #[must_use]
    pub fn bearer(self, credential: &str) -> Self {
        self.header("authorization", &format!("Bearer {credential}"))
    }

    /// Sets the cookies, each `name=value`.
    #[must_use]
    pub fn cookies(mut self, cookies: &[String]) -> Self {
        self.0["cookies"] = cookies.into();
        self
    }

    /// Sets a JSON body, which the gateway delivers as text.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let mut event = self.header("content-type", "application/json");
        event.0["body"] = body.to_string().into();
        event
    }

    /// Sets a form as the body, which the gateway delivers in base64.
    #[must_use]
    pub fn multipart(self, form: &Form) -> Self {
        self.bytes(&form.content_type(), &form.body())
    }

    /// Sets the body to these bytes, in base64.
    #[must_use]
    pub fn bytes(self, content_type: &str, body: &[u8]) -> Self {
        let mut event = self.header("content-type", content_type);
        event.0["body"] = BASE64_STANDARD.encode(body).into();
        event.0["isBase64Encoded"] = true.into();
        event
    }

    /// The request id that the gateway gives it.
    #[must_use]
    pub fn request_id(&self) -> String {
        self.0["requestContext"]["requestId"].as_str().unwrap_or_default().to_owned()
    }

    /// The event as JSON.
    #[must_use]
    pub fn into_json(self) -> Value {
        self.0
    }
}

/// The folder of sample events.
#[must_use]
pub fn event_files() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}
