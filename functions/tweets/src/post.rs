//! `POST /tweet` (document 001): a message with up to three images or a video, as a browser's form sends it.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, IdempotencyKey, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::TweetsState;
use crate::answer::ShownTweet;
use crate::posting::Posting;

/// A tweet to be posted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostBody {
    /// What it says: at most 280 characters; may be empty beside images or a video.
    #[schema(example = "Hello, world")]
    pub message: String,
    /// The caller's own id, if sent.
    #[schema(required = false)]
    pub author: String,
    /// Up to three images: JPEG, PNG, GIF or WebP, at most 5 MiB each.
    #[schema(required = false, value_type = Vec<String>, format = Binary)]
    pub imagelinks: Vec<Vec<u8>>,
    /// Instead of images one video: MP4, at most 140 seconds.
    #[schema(required = false, value_type = Vec<String>, format = Binary)]
    pub videolinks: Vec<Vec<u8>>,
    /// What each file shows, in their order.
    #[schema(required = false)]
    pub alt: Vec<String>,
    /// The id of the tweet that it answers.
    #[schema(required = false)]
    pub in_reply_to: String,
}

/// Posts a tweet. Two steps, three with an idempotency key, and one upload per file. Metadata, such as a photo's position, is
/// removed before anything is stored.
#[utoipa::path(post, path = "/tweet", tag = "tweets",
    request_body(content = PostBody, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The tweet", body = ShownTweet),
        (status = 400, description = "What is wrong with which field"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`author` is somebody else, or somebody whom it would reach blocks the caller"),
        (status = 429, description = "Too many tweets and other things within a minute"),
    ))]
pub async fn post(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    Posting { state: &state, client: &client, key: &key, form: &form }.post(unconfirmed).await
}
