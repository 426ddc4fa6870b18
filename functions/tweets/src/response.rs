//! Responses that several endpoints build alike.

use aviary_representation::Links;
use aviary_web::{ApiError, Client};
use axum::Json;
use http::StatusCode;
use serde_json::Value;

use crate::state::TweetsParts;

impl TweetsParts {
    /// The links of a response to this client.
    pub(crate) fn links<'a>(&'a self, client: &'a Client) -> Links<'a> {
        Links { media: self.bucket.urls(), client }
    }
}

/// The stored response of the first request, for a repeated one.
pub(crate) fn repeat_response(stored: &str) -> Result<(StatusCode, Json<Value>), ApiError> {
    serde_json::from_str(stored).map(|response| (StatusCode::CREATED, Json(response))).map_err(ApiError::internal)
}
