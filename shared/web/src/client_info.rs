//! Who is at the other end of the connection, as far as the gateway knows.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, header};
use lambda_http::request::RequestContext;

use crate::ApiError;

/// The client's side of a request: for limits, sessions and absolute URLs.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address as the gateway sees it.
    pub address: String,
    /// What the client says it is; at most 200 characters of it.
    pub user_agent: String,
    /// Scheme and authority, without a slash at the end: `https://api.example.com`.
    pub base_url: String,
    /// The gateway's id of this request.
    pub request_id: String,
}

impl Client {
    /// Reads the gateway's context. `public_url` is the deployment's own word on its address; without
    /// it the gateway's `Host` and `X-Forwarded-Proto` count.
    pub(crate) fn of(headers: &HeaderMap, context: Option<&RequestContext>, public_url: Option<&str>) -> Self {
        let (address, request_id) = match context {
            Some(RequestContext::ApiGatewayV2(context)) => {
                (context.http.source_ip.clone().unwrap_or_default(), context.request_id.clone().unwrap_or_default())
            }
            _ => (String::new(), String::new()),
        };
        let user_agent = text(headers, header::USER_AGENT).chars().take(200).collect();
        let base_url = public_url.map_or_else(|| base_url(headers), ToOwned::to_owned);
        Self { address, user_agent, base_url, request_id }
    }

    /// The picture of users who have none; `profiles` serves it.
    #[must_use]
    pub fn default_picture_url(&self) -> String {
        format!("{}/profile/default.png", self.base_url)
    }

    /// Is the connection to the client encrypted?
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

fn base_url(headers: &HeaderMap) -> String {
    let scheme = match text(headers, http::HeaderName::from_static("x-forwarded-proto")) {
        "http" => "http",
        _ => "https",
    };
    let host = text(headers, header::HOST);
    let host = host.parse::<Authority>().map_or("localhost", |_| host);
    format!("{scheme}://{host}")
}

fn text(headers: &HeaderMap, name: http::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ApiError::internal("the request came without a client"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_url_is_the_gateways_and_never_a_broken_header() {
        let mut headers = HeaderMap::new();
        headers.insert("host", "api.example.com".parse().expect("a value"));
        assert_eq!(Client::of(&headers, None, None).base_url, "https://api.example.com");
        headers.insert("x-forwarded-proto", "http".parse().expect("a value"));
        assert_eq!(Client::of(&headers, None, None).base_url, "http://api.example.com");
        headers.insert("host", "a b/\"".parse().expect("a value"));
        assert_eq!(Client::of(&headers, None, None).base_url, "http://localhost");
        assert_eq!(Client::of(&headers, None, Some("https://x.test")).base_url, "https://x.test");
    }
}
