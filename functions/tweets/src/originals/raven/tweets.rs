//! `POST` and `GET /api/tweets/tweets_list/`, `GET /api/tweets/get_tweet/<id>/`, and `PUT` and `DELETE
//! /api/tweets/manage_tweet/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, Fields, Form, IdempotencyKey, PathText, Payload, Renaming, UnreadBody, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;

use crate::originals::raven::newest;
use crate::originals::raven::shapes::{Message, RavenTweet, in_their_words};
use crate::state::TweetsState;
use crate::tweets::create_tweet::TweetRequest;
use crate::tweets::{collection, item};

body! {
    /// A new tweet of document 000.
    pub struct RavenTweetBody {
        /// At most 280 characters. May be empty if there is a picture.
        content: Renaming = handed_on("message"),
        /// Says that there is a picture. The URL alone decides.
        media: bool = boolean(),
        /// The URL of a picture on another site. It is kept and shown, and never fetched.
        media_url: Renaming = handed_on("media_url"),
        /// Only true is supported.
        public: bool = boolean(),
        /// The same under another name.
        public_reply: bool = boolean(),
    }
}

impl RavenTweetBody {
    /// The form in the product's words.
    fn in_our_words(form: &Form) -> Result<Form, ApiError> {
        let mut fields = Fields::of(form);
        let body = Self::read(&mut fields);
        only_public(&mut fields, [body.public, body.public_reply]);
        fields.finish(Some(form.renamed(&[body.content, body.media_url])))
    }
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
    let form = match RavenTweetBody::in_our_words(&form) {
        Ok(form) => form,
        Err(refusal) => {
            unconfirmed.with_form(&form).confirm().await?;
            return Err(refusal);
        }
    };
    let request = TweetRequest { state: &state, client: &client, key: &key, form: &form, takes_link: true };
    let (status, Json(shown)) = request.create(unconfirmed).await.map_err(in_their_words)?;
    let shown: ShownTweet = serde_json::from_value(shown).map_err(ApiError::internal)?;
    Ok((status, Json(RavenTweet::of(shown, &client))))
}

/// Every tweet is public. What asks for another one is refused, because nobody would notice that it isn't.
fn only_public(fields: &mut Fields<'_>, sent: [Option<bool>; 2]) {
    if sent.contains(&Some(false)) {
        fields.error("public", "Only public tweets are supported.");
    }
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

body! {
    /// The new text of a tweet, in the form of document 000's new tweets.
    pub struct RavenEditBody {
        /// At most 280 characters. May be empty only for a tweet with a picture.
        content: Renaming = required_handed_on("message"),
        /// Changes nothing: a tweet keeps its picture.
        media: bool = boolean(),
        /// Only true is supported.
        public: bool = boolean(),
        /// The same under another name.
        public_reply: bool = boolean(),
    }
}

impl RavenEditBody {
    /// The form in the product's words.
    fn in_our_words(form: &Form) -> Result<Form, ApiError> {
        let mut fields = Fields::of(form);
        let body = Self::read(&mut fields);
        only_public(&mut fields, [body.public, body.public_reply]);
        fields.finish(Some(form.renamed(&[body.content])))
    }
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
    let form = match RavenEditBody::in_our_words(&form) {
        Ok(form) => form,
        Err(refusal) => {
            unconfirmed.with_form(&form).confirm().await?;
            return Err(refusal);
        }
    };
    let edited = item::edit_tweet(state, client.clone(), unconfirmed, id, Payload(form)).await;
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
    client: Client,
    unconfirmed: Unconfirmed,
    id: PathText,
    body: UnreadBody,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    item::delete_tweet(state, client, unconfirmed, id, body).await?;
    Ok((StatusCode::ACCEPTED, Json(Message { message: "The tweet is deleted." })))
}
