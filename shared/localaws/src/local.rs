//! Pages that AWS does not have: `/_local/emails` and `/_local/failures`.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use s3s::Body;
use serde_json::json;

use crate::delivery::State;
use crate::ses::Ses;

/// No bucket can have this name, because bucket names have no underscores.
pub(crate) const PREFIX: &str = "/_local/";

/// The data behind the pages.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) ses: Ses,
    pub(crate) deliveries: State,
}

impl Local {
    /// Answers a request for a path below [`PREFIX`], without CORS headers, so that no web page can read the response.
    pub(crate) async fn answer(&self, method: &Method, uri: &Uri) -> Response<Body> {
        let found = match uri.path() {
            "/_local/emails" => Some(parameter(uri, "to")),
            "/_local/failures" => None,
            _ => return refuse(StatusCode::NOT_FOUND, "there are /_local/emails and /_local/failures"),
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, "use GET");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let list = match found {
            Some(address) => self.ses.list(address).await.map_err(|error| error.to_string()),
            None => self.failures().await,
        };
        match list {
            Ok(list) => json_answer(StatusCode::OK, list),
            Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error),
        }
    }

    async fn failures(&self) -> Result<String, String> {
        let state = self.deliveries.clone();
        let found = tokio::task::spawn_blocking(move || state.failures().map_err(|error| error.to_string()));
        found.await.map_err(|error| error.to_string())?
    }
}

/// The value of a parameter. A plus is not decoded to a space, because mail addresses have pluses and no spaces.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn refuse(status: StatusCode, message: &str) -> Response<Body> {
    json_answer(status, json!({"message": message}).to_string())
}

fn json_answer(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_but_keeps_its_plus() {
        let to = |query: &str| parameter(&format!("/_local/emails{query}").parse().unwrap(), "to");
        assert_eq!(to("?to=a%2Bb%40x.example").as_deref(), Some("a+b@x.example"));
        assert_eq!(to("?x=1&to=a+b@x.example").as_deref(), Some("a+b@x.example"));
        assert_eq!(to("?too=a"), None);
        assert_eq!(to(""), None);
    }
}
