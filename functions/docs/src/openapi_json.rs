//! `GET /openapi.json`: the OpenAPI document, as `cargo xtask openapi` made it.

use aviary_web::ApiError;
use axum::response::Response;
use http::HeaderMap;

use crate::served_file::{ServedFile, served_file};

pub(crate) static OPENAPI: ServedFile = served_file!("OPENAPI", "openapi", "json", "application/json");

/// Returns this document.
#[utoipa::path(get, path = "/openapi.json", responses(
    (status = 200, description = "The document", content_type = "application/json", body = serde_json::Value),
    (status = 304, description = "The client has it: `If-None-Match` names its ETag"),
))]
pub(crate) async fn show_openapi(headers: HeaderMap) -> Result<Response, ApiError> {
    OPENAPI.serve(&headers, "public, no-cache")
}
