//! `POST /api/tweets/` (document 000).

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

/// A tweet to be posted; all that `POST /tweet` takes is taken too.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreateBody {
    /// What it says: at most 280 characters.
    #[schema(example = "Hello, world")]
    pub message: String,
    /// The ids of files that were uploaded before.
    #[schema(required = false)]
    pub media: Vec<String>,
    /// The id of the tweet that it answers.
    #[schema(required = false)]
    pub in_reply_to: String,
}

/// Posts a tweet. Two steps, three with an idempotency key.
#[utoipa::path(post, path = "/api/tweets", tag = "tweets", request_body = CreateBody,
    responses(
        (status = 201, description = "The tweet", body = ShownTweet),
        (status = 400, description = "What is wrong with which field"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "Somebody whom it would reach blocks the caller"),
        (status = 429, description = "Too many tweets and other things within a minute"),
    ))]
pub async fn create(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    Posting { state: &state, client: &client, key: &key, form: &form }.post(unconfirmed).await
}
