//! `GET /docs/assets/<name>`: scripts and styles. Where a name contains their digest, browsers keep them.

use aviary_web::{ApiError, PathText};
use axum::response::Response;
use http::HeaderMap;

use crate::served_file::{ServedFile, served_file};

pub(crate) static STYLE: ServedFile = served_file!("STYLE", "docs", "css", "text/css; charset=utf-8");
pub(crate) static SCRIPT: ServedFile = served_file!("SCRIPT", "docs", "js", "text/javascript; charset=utf-8");
/// Swagger UI, under the Apache licence beside it.
pub(crate) static SWAGGER_STYLE: ServedFile =
    served_file!("SWAGGER_STYLE", "swagger-ui", "css", "text/css; charset=utf-8");
pub(crate) static SWAGGER_SCRIPT: ServedFile =
    served_file!("SWAGGER_SCRIPT", "swagger-ui", "js", "text/javascript; charset=utf-8");
pub(crate) static SWAGGER_LICENCE: ServedFile =
    served_file!("SWAGGER_LICENCE", "swagger-ui-licence", "txt", "text/plain; charset=utf-8");
pub(crate) static SWAGGER_NOTICE: ServedFile =
    served_file!("SWAGGER_NOTICE", "swagger-ui-notice", "txt", "text/plain; charset=utf-8");

/// All files.
static ASSETS: [&ServedFile; 6] = [&STYLE, &SCRIPT, &SWAGGER_STYLE, &SWAGGER_SCRIPT, &SWAGGER_LICENCE, &SWAGGER_NOTICE];

/// Where a file is served.
pub(crate) fn path(file: &ServedFile) -> String {
    format!("/docs/assets/{}", file.name())
}

/// A script or style of the documentation.
#[utoipa::path(get, path = "/docs/assets/{name}",
    params(("name" = String, Path, description = "The file's name, with its digest or without")),
    responses(
        (status = 200, description = "The file", content((String = "text/css"), (String = "text/javascript"))),
        (status = 404, description = "Another version, or no such file"),
    ))]
pub(crate) async fn asset(PathText(name): PathText, headers: HeaderMap) -> Result<Response, ApiError> {
    let named = |file: &&&ServedFile| name == file.name() || name == file.plain_name();
    let found = ASSETS.iter().find(named).ok_or_else(ApiError::not_found)?;
    let is_fixed = name == found.name();
    found.serve(&headers, if is_fixed { "public, max-age=31536000, immutable" } else { "public, no-cache" })
}
