//! `GET /profile/default.png`: the picture of everyone who has none.

use aviary_web::ApiError;
use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

static PICTURE: &[u8] = include_bytes!("../assets/default.png");

/// A grey figure, 256 pixels square. No step.
#[utoipa::path(get, path = "/profile/default.png", tag = "profiles", responses(
    (status = 200, description = "The picture", content_type = "image/png"),
))]
pub async fn default_picture() -> Result<impl IntoResponse, ApiError> {
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")], PICTURE))
}
