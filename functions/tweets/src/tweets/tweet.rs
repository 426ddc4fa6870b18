//! `POST /tweet` (document 001): a message with up to three images or a video, as an HTML form sends it.

use aviary_auth::Unconfirmed;
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, IdempotencyKey, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::originals::new_twitter::shapes::Tweet001;
use crate::state::TweetsState;
use crate::tweets::create_tweet::TweetRequest;
use crate::tweets::draft::TweetBody;

/// The new tweet, in the document's shape and in that of `/api/tweets/`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostedTweet {
    /// Always 200.
    pub status: u16,
    /// The tweet, as the document's clients read it.
    pub message: Tweet001,
    /// The tweet, as every route of `/api/tweets/` shows it.
    pub tweet: ShownTweet,
}

/// Posts a tweet. Metadata of files, such as a photo's position, is removed before they are stored. Three round trips,
/// four with an idempotency key, and one upload per file.
#[utoipa::path(post, path = "/tweet", tag = "tweets",
    request_body = TweetBody,
    responses(
        (status = 200, description = "The new tweet", body = PostedTweet),
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
) -> Result<Json<PostedTweet>, ApiError> {
    let request = TweetRequest { state: &state, client: &client, key: &key, form: &form, takes_link: false };
    let (_, Json(created)) = request.create(unconfirmed).await?;
    let tweet: ShownTweet = serde_json::from_value(created).map_err(ApiError::internal)?;
    Ok(Json(PostedTweet { status: 200, message: (&tweet).into(), tweet }))
}
