//! `POST` and `GET /api/tweets/tweets_list/`, `GET /api/tweets/get_tweet/<id>/`, and `PUT` and `DELETE
//! /api/tweets/manage_tweet/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, PathText, Payload, UnreadBody};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::originals::raven::newest;
use crate::originals::raven::shapes::{Message, RavenTweet, in_our_words, in_their_words};
use crate::state::TweetsState;
use crate::tweets::create_tweet::TweetRequest;
use crate::tweets::{collection, item};

/// A new tweet of document 000.
#[derive(Debug, Serialize, ToSchema)]
pub struct RavenTweetBody {
    /// At most 280 characters. May be empty if there is a picture.
    pub content: String,
    /// Says that there is a picture.
    #[schema(required = false)]
    pub media: bool,
    /// The URL of a picture on another site. It is kept and shown, and never fetched.
    #[schema(required = false)]
    pub media_url: String,
    /// Only true is supported.
    #[schema(required = false)]
    pub public: bool,
}

/// Posts a tweet. Three round trips, four with an idempotency key.
#[utoipa::path(post, path = "/api/tweets/tweets_list", tag = "originals", request_body = RavenTweetBody,
    responses(
        (status = 201, description = "The new tweet", body = RavenTweet),
        (status = 400, description = "An empty tweet, invalid fields, or a private tweet"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "A mentioned user blocks the caller"),
    ))]
pub async fn post_tweet(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<RavenTweet>), ApiError> {
    if let Err(refusal) = only_public(&form) {
        unconfirmed.with_form(&form).confirm().await?;
        return Err(refusal);
    }
    let form = in_our_words(&form);
    let request = TweetRequest { state: &state, client: &client, key: &key, form: &form, takes_link: true };
    let (status, Json(shown)) = request.create(unconfirmed).await.map_err(in_their_words)?;
    let shown: ShownTweet = serde_json::from_value(shown).map_err(ApiError::internal)?;
    Ok((status, Json(RavenTweet::of(shown, &client))))
}

/// Every tweet is public. What asks for another one is refused, because nobody would notice that it isn't.
fn only_public(form: &Form) -> Result<(), ApiError> {
    let mut fields = Fields::of(form);
    fields.boolean("media");
    if [fields.boolean("public"), fields.boolean("public_reply")].contains(&Some(false)) {
        fields.error("public", "Only public tweets are supported.");
    }
    fields.finish(Some(()))
}

/// The home timeline: the caller's own tweets and those of the people whom the caller follows. Two round trips; three
/// for a caller who follows an account with too many followers for fan-out.
#[utoipa::path(get, path = "/api/tweets/tweets_list", tag = "originals",
    responses(
        (status = 200, description = "The newest 100 tweets", body = Vec<RavenTweet>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_home(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let Json(page) = collection::home_timeline(state, client.clone(), unconfirmed, newest()).await?;
    Ok(Json(page.results.into_iter().map(|tweet| RavenTweet::of(tweet, &client)).collect()))
}

/// A tweet. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_tweet/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The tweet", body = RavenTweet),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn get_tweet(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<RavenTweet>, ApiError> {
    let (caller, tweet) = unconfirmed.confirm_with(state.tweet(&id)).await?;
    let shown = item::visible_tweet(&state, &client, Some(caller.user), tweet).await?;
    Ok(Json(RavenTweet::of(shown, &client)))
}

/// The new text of a tweet.
#[derive(Debug, Serialize, ToSchema)]
pub struct RavenEditBody {
    /// At most 280 characters. May be empty only for a tweet with a picture.
    pub content: String,
}

/// Changes the text of a tweet. Only its author may. Three round trips.
#[utoipa::path(put, path = "/api/tweets/manage_tweet/{id}", tag = "originals", request_body = RavenEditBody,
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 202, description = "The edited tweet", body = RavenTweet),
        (status = 400, description = "Invalid text, or a private tweet"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's tweet, or a newly mentioned user blocks the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn put_tweet(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    id: PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<RavenTweet>), ApiError> {
    if let Err(refusal) = only_public(&form) {
        unconfirmed.with_form(&form).confirm().await?;
        return Err(refusal);
    }
    let form = Payload(in_our_words(&form));
    let edited = item::edit_tweet(state, client.clone(), unconfirmed, id, form).await;
    let Json(shown) = edited.map_err(in_their_words)?;
    Ok((StatusCode::ACCEPTED, Json(RavenTweet::of(shown, &client))))
}

/// Deletes a tweet. Staff may too. Three round trips.
#[utoipa::path(delete, path = "/api/tweets/manage_tweet/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 202, description = "The tweet is deleted", body = Message),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's tweet"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn delete_tweet(
    state: State<TweetsState>,
    unconfirmed: Unconfirmed,
    id: PathText,
    body: UnreadBody,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    item::delete_tweet(state, unconfirmed, id, body).await?;
    Ok((StatusCode::ACCEPTED, Json(Message { message: "The tweet is deleted." })))
}
