//! The client's side of a request, as the gateway reports it.

use aviary_model::UserId;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, header};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;

use crate::error::ApiError;
use crate::logged_caller::RequestLog;
use crate::trusted_proxy::TrustedProxy;

/// The client of a request, for limits, the audit trail, sessions and absolute URLs.
#[derive(Clone, Debug)]
pub struct Client {
    /// The IP address that the gateway sees, or that the deployment's own proxy names.
    pub address: String,
    /// The first 200 characters of `User-Agent`.
    pub user_agent: String,
    /// Scheme and authority without a trailing slash: `https://api.example.com`.
    pub base_url: String,
    /// The origins that the service is served under: the deployment's `public_url`, the `Host` that the request names,
    /// and the gateway's own name.
    pub own_origins: Vec<String>,
    /// The gateway's id of the request.
    pub request_id: String,
    /// The request's log line, which knows the confirmed caller.
    pub log: RequestLog,
}

impl Client {
    /// The confirmed caller who acts on this user's account, if it is somebody else: a staff member. The audit trail
    /// and the user's own list name them.
    #[must_use]
    pub fn acting_on(&self, user: Option<UserId>) -> Option<UserId> {
        self.log.caller().filter(|caller| user.is_some_and(|user| user != *caller))
    }

    /// Reads the gateway's context. The base URL is the deployment's `public_url`, or else comes from the gateway's
    /// `Host` and `X-Forwarded-Proto`.
    pub(crate) fn of(
        headers: &HeaderMap,
        context: Option<&ApiGatewayV2httpRequestContext>,
        public_url: Option<&str>,
        proxy: Option<TrustedProxy>,
    ) -> Self {
        let (address, request_id) = match context {
            Some(context) => {
                (context.http.source_ip.clone().unwrap_or_default(), context.request_id.clone().unwrap_or_default())
            }
            None => (String::new(), String::new()),
        };
        let viewer = proxy.and_then(|proxy| proxy.viewer(headers));
        let address = viewer.map_or(address, |viewer| viewer.to_string());
        let user_agent = text(headers, header::USER_AGENT).chars().take(200).collect();
        let of_host = base_url(headers);
        let gateway = context.and_then(|context| context.domain_name.as_ref());
        let gateway = gateway.map(|name| format!("https://{name}"));
        let own_origins =
            public_url.map(ToOwned::to_owned).into_iter().chain([of_host.clone()]).chain(gateway).collect();
        let base_url = public_url.map_or(of_host, ToOwned::to_owned);
        Self { address, user_agent, base_url, own_origins, request_id, log: RequestLog::default() }
    }

    /// The URL of the picture for users without one. The function `profiles` serves it.
    #[must_use]
    pub fn default_picture_url(&self) -> String {
        format!("{}/profile/default.png", self.base_url)
    }

    /// Whether the client uses HTTPS.
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
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| ApiError::internal("the request has no client in its extensions"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_url_is_never_a_broken_header() {
        let mut headers = HeaderMap::new();
        headers.insert("host", "api.example.com".parse().expect("a value"));
        assert_eq!(Client::of(&headers, None, None, None).base_url, "https://api.example.com");
        headers.insert("x-forwarded-proto", "http".parse().expect("a value"));
        assert_eq!(Client::of(&headers, None, None, None).base_url, "http://api.example.com");
        headers.insert("host", "a b/\"".parse().expect("a value"));
        assert_eq!(Client::of(&headers, None, None, None).base_url, "http://localhost");
        headers.insert("host", "api.example.com".parse().expect("a value"));
        let client = Client::of(&headers, None, Some("https://x.test"), None);
        assert_eq!(client.base_url, "https://x.test");
        assert_eq!(client.own_origins, ["https://x.test", "http://api.example.com"]);
    }
}
