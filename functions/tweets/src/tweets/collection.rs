//! `GET /api/tweets/`, the home timeline, and `POST /api/tweets/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::EdgeId;
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, IdempotencyKey, Page, PageQuery, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::Value;

use crate::state::TweetsState;
use crate::tweets::create_tweet::TweetRequest;
use crate::tweets::draft::TweetBody;
use crate::tweets::home_timeline::HomeTimelinePage;

/// The caller's own tweets, the tweets of the people whom the caller follows, and what those people retweeted, newest
/// first. Two round trips; three for a caller who follows an account with too many followers for fan-out.
#[utoipa::path(get, path = "/api/tweets", tag = "tweets", params(PageQuery),
    responses(
        (status = 200, description = "A page of tweets", body = Page<ShownTweet>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Invalid cursor"),
    ))]
pub async fn home_timeline(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let user = unconfirmed.user();
    let list = format!("home/{user}");
    // An invalid cursor is reported only after an invalid credential.
    let cursor = query.position_as::<EdgeId>(&list);
    let after = cursor.as_ref().ok().copied().flatten();
    let timeline = HomeTimelinePage { state: &state, user, after, limit: query.limit() };
    let (_, lists) = unconfirmed.confirm_with(timeline.read_lists()).await?;
    cursor?;
    let merged = timeline.merge(lists).await?;
    let (page_data, shown) = timeline.visible(&merged).await?;
    let links = state.links(&client);
    let tweets = shown.into_iter().filter_map(|id| ShownTweet::from_page(id, &page_data, links)).collect();
    Ok(Json(query.page(&list, tweets, merged.next)))
}

/// Posts a tweet. Three round trips, four with an idempotency key.
#[utoipa::path(post, path = "/api/tweets", tag = "tweets", request_body = TweetBody,
    responses(
        (status = 201, description = "The new tweet", body = ShownTweet),
        (status = 400, description = "Invalid fields, each with its errors"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The author of the answered tweet, or a mentioned user, blocks the caller"),
        (status = 429, description = "Too many tweets, comments and other creations within a minute"),
    ))]
pub async fn create_tweet(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    TweetRequest { state: &state, client: &client, key: &key, form: &form, takes_link: false }.create(unconfirmed).await
}
