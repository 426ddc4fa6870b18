//! Invokes functions through a server that speaks Lambda's API.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::uri::Scheme;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// More than the 6 MiB of Lambda's largest response.
const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// Lambda sets this header if the invocation succeeded but the function failed.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// The base URL of a server that invokes functions as Lambda does, such as `cargo lambda watch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionsUrl {
    host: String,
    port: u16,
    path: String,
}

/// A text that is not a [`FunctionsUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the URL of the functions must be like http://127.0.0.1:9000")]
pub struct InvalidFunctionsUrl;

impl FromStr for FunctionsUrl {
    type Err = InvalidFunctionsUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| InvalidFunctionsUrl)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(InvalidFunctionsUrl)?;
        if uri.scheme() != Some(&Scheme::HTTP) || uri.query().is_some() {
            return Err(InvalidFunctionsUrl);
        }
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(80),
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for FunctionsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path)
    }
}

impl FunctionsUrl {
    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// The outcome of one invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The function returned this response.
    Answered(Bytes),
    /// The function failed, with this error.
    Failed(String),
    /// No server listens (yet).
    NotUp,
    /// The server did not invoke the function, for this reason.
    NotInvoked(String),
}

/// The functions behind a URL.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) url: FunctionsUrl,
    /// The longest time that an invocation may take.
    pub(crate) limit: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    error_type: String,
    #[serde(default)]
    error_message: String,
}

impl Target {
    /// Invokes `function` and waits for its response.
    pub(crate) async fn invoke(&self, function: &str, event: Bytes) -> Outcome {
        match tokio::time::timeout(self.limit, self.post(function, event)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Failed(format!("no answer within {:?}", self.limit)),
        }
    }

    async fn post(&self, function: &str, event: Bytes) -> Outcome {
        let Ok(stream) = TcpStream::connect((self.url.host.as_str(), self.url.port)).await else {
            return Outcome::NotUp;
        };
        match self.exchange(stream, function, event).await {
            Ok(response) => outcome(&response),
            Err(error) => Outcome::NotInvoked(error.to_string()),
        }
    }

    async fn exchange(
        &self,
        stream: TcpStream,
        function: &str,
        event: Bytes,
    ) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
        let path = format!("{}/2015-03-31/functions/{function}/invocations", self.url.path);
        let request = Request::post(path)
            .header(HOST, self.url.authority())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(event))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Aborted when this call ends.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }
}

fn outcome(response: &Response<Bytes>) -> Outcome {
    let (status, body) = (response.status(), response.body());
    let error = serde_json::from_slice(body).map(|FunctionError { error_type, error_message }| {
        if error_message.is_empty() { error_type } else { format!("{error_type}: {error_message}") }
    });
    if response.headers().contains_key(FUNCTION_ERROR) {
        return Outcome::Failed(error.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned()));
    }
    match (status, error) {
        (status, _) if status.is_success() => Outcome::Answered(body.clone()),
        (StatusCode::INTERNAL_SERVER_ERROR, Ok(error)) => Outcome::Failed(error),
        (status, _) => Outcome::NotInvoked(format!("{status} {}", String::from_utf8_lossy(body)).trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_plain_http_with_a_host() {
        let shown = |text: &str| text.parse::<FunctionsUrl>().map(|url| url.to_string());
        assert_eq!(shown("http://127.0.0.1:9000"), Ok("http://127.0.0.1:9000".to_owned()));
        assert_eq!(shown("http://localhost:9000/"), Ok("http://localhost:9000".to_owned()));
        assert_eq!(shown("http://[::1]:9000/x/"), Ok("http://[::1]:9000/x".to_owned()));
        for text in ["", "127.0.0.1:9000", "https://127.0.0.1:9000", "http://", "http://h/?a=b", "no url"] {
            assert_eq!(shown(text), Err(InvalidFunctionsUrl), "{text}");
        }
    }

    fn response(status: u16, header: Option<&str>, body: &'static str) -> Outcome {
        let mut response = Response::builder().status(status);
        if let Some(name) = header {
            response = response.header(name, "Unhandled");
        }
        outcome(&response.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn an_error_of_the_function_differs_from_one_of_the_server() {
        let error = r#"{"errorType":"Broken","errorMessage":"it is"}"#;
        assert_eq!(response(200, None, error), Outcome::Answered(Bytes::from_static(error.as_bytes())));
        assert_eq!(response(500, None, error), Outcome::Failed("Broken: it is".to_owned()));
        assert_eq!(response(200, Some(FUNCTION_ERROR), error), Outcome::Failed("Broken: it is".to_owned()));
        assert_eq!(response(200, Some(FUNCTION_ERROR), "oops"), Outcome::Failed("oops".to_owned()));
        assert_eq!(response(404, None, "none"), Outcome::NotInvoked("404 Not Found none".to_owned()));
        assert_eq!(response(500, None, "{}"), Outcome::NotInvoked("500 Internal Server Error {}".to_owned()));
    }
}
