//! `POST /tweet` (document 001): a message with up to three images or a video, as an HTML form sends it.

use aviary_auth::Unconfirmed;
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, IdempotencyKey, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::Value;

use crate::state::TweetsState;
use crate::tweets::create_tweet::TweetRequest;
use crate::tweets::draft::TweetBody;

/// Posts a tweet. Metadata of files, such as a photo's position, is removed before they are stored. Three round trips,
/// four with an idempotency key, and one upload per file.
#[utoipa::path(post, path = "/tweet", tag = "tweets",
    request_body = TweetBody,
    responses(
        (status = 201, description = "The new tweet", body = ShownTweet),
        (status = 400, description = "Invalid fields, each with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "`author` is another user, or the author of the answered tweet or a mentioned \
            user blocks the caller"),
        (status = 429, description = "Too many tweets, comments and other creations within a minute"),
    ))]
pub async fn post_tweet(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    TweetRequest { state: &state, client: &client, key: &key, form: &form }.create(unconfirmed).await
}
