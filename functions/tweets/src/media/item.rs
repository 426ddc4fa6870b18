//! `GET /api/tweets/media/<id>/` (document 001): where an upload stands.

use aviary_auth::Unconfirmed;
use aviary_model::MediaId;
use aviary_representation::ShownMedia;
use aviary_web::{ApiError, PathText};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::TweetsState;

/// An image or video that was uploaded directly.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownUploadedMedia {
    /// As a tweet shows it; `waiting` is a state too.
    #[serde(flatten)]
    pub media: ShownMedia,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the form was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Shows where an upload of the caller stands: `waiting` for the file, `processing`, `ready`, or `rejected` with the
/// reason. One that no tweet shows is removed after a day. One round trip.
#[utoipa::path(get, path = "/api/tweets/media/{id}", tag = "tweets",
    params(("id" = String, Path, description = "The media's id")),
    responses(
        (status = 200, description = "The media", body = ShownUploadedMedia),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown, or another's"),
    ))]
pub async fn show_media(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<ShownUploadedMedia>, ApiError> {
    let user = unconfirmed.user();
    let id = id.parse::<MediaId>().ok();
    let found = async {
        match id {
            Some(id) => state.uploads.by_id(user, id).await,
            None => Ok(None),
        }
    };
    let (_, found) = unconfirmed.confirm_with(found).await?;
    let upload = found.ok_or_else(ApiError::not_found)?;
    let media = ShownMedia::of(&upload.in_tweet(), state.bucket.urls());
    Ok(Json(ShownUploadedMedia { media, reason: upload.reason, created_at: upload.created_at.to_string() }))
}
