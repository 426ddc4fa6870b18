//! `GET /profile/default.png`: the picture of users who have not uploaded one.

use aviary_web::ApiError;
use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

static PICTURE: &[u8] = include_bytes!("../assets/default.png");

/// The default profile picture, 256 pixels square. No round trip.
#[utoipa::path(get, path = "/profile/default.png", tag = "profiles", responses(
    (status = 200, description = "The picture", content_type = "image/png"),
))]
pub async fn default_picture() -> Result<impl IntoResponse, ApiError> {
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=86400")], PICTURE))
}
