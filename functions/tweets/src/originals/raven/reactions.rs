//! `PUT /api/tweets/liked_tweets_list/<id>/` and `saved_tweets_list/<id>/`, `POST` and `GET
//! /api/tweets/retweet_list/<id>/`, and `GET /api/tweets/get_tweet_like_list/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_representation::Brief;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, PathText, Payload};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use http::StatusCode;

use crate::lists::list_page::PageBuilder;
use crate::originals::raven::shapes::Message;
use crate::originals::raven::{NEWEST, newest};
use crate::reactions::reaction_write::{toggle_reaction, write_reaction};
use crate::state::TweetsState;

/// Likes a tweet, or ends it. Three round trips.
#[utoipa::path(put, path = "/api/tweets/liked_tweets_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 202, description = "The caller likes the tweet, or no longer does", body = Message),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author blocks the caller"),
        (status = 404, description = "Unknown tweet"),
    ))]
pub async fn toggle_like(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let liked = toggle_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Like).await?;
    Ok(done(if liked { "The tweet is liked." } else { "The tweet is no longer liked." }))
}

/// Saves a tweet, or ends it. Three round trips.
#[utoipa::path(put, path = "/api/tweets/saved_tweets_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 202, description = "The tweet is saved, or no longer is", body = Message),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn toggle_save(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    let saved = toggle_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Save).await?;
    Ok(done(if saved { "The tweet is saved." } else { "The tweet is no longer saved." }))
}

/// Shows a tweet to the caller's followers. Three round trips.
#[utoipa::path(post, path = "/api/tweets/retweet_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 202, description = "The tweet is retweeted", body = Message),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "The tweet's author blocks the caller"),
        (status = 404, description = "Unknown tweet"),
        (status = 409, description = "The caller has retweeted it before"),
    ))]
pub async fn post_retweet(
    State(state): State<TweetsState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<Message>), ApiError> {
    match write_reaction(&state, unconfirmed.with_form(&form), &id, Reaction::Retweet).await? {
        (_, true) => Ok(done("The tweet is retweeted.")),
        (_, false) => Err(ApiError::detail(StatusCode::CONFLICT, "You have retweeted this tweet already.")),
    }
}

/// The people who retweeted a tweet, the last first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/retweet_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The last 100 people", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn list_retweeters(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<Brief>>, ApiError> {
    reacted(&state, &client, unconfirmed, &id, Reaction::Retweet).await
}

/// The people who like a tweet, the last first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_tweet_like_list/{id}", tag = "originals",
    params(("id" = String, Path, description = "The tweet's id")),
    responses(
        (status = 200, description = "The last 100 people", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown tweet, or its author blocks the caller"),
    ))]
pub async fn list_likers(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<Brief>>, ApiError> {
    reacted(&state, &client, unconfirmed, &id, Reaction::Like).await
}

async fn reacted(
    state: &TweetsState,
    client: &Client,
    unconfirmed: Unconfirmed,
    id: &str,
    reaction: Reaction,
) -> Result<Json<Vec<Brief>>, ApiError> {
    let id = id.parse();
    let read = async {
        match id {
            Ok(id) => {
                try_join(state.tweets.by_id(id), state.reactions.of_tweet(reaction, id, None, NEWEST)).await.map(Some)
            }
            Err(_) => Ok(None),
        }
    };
    let (caller, read) = unconfirmed.confirm_with(read).await?;
    let (tweet, page) = read.ok_or_else(ApiError::not_found)?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    let builder = PageBuilder { state, client, query: &newest(), viewer: Some(caller.user), list: "" };
    let brief = |profile: &_, is_followed| Brief::of(profile, is_followed, state.bucket.urls());
    let Json(page) = builder.people(&[author], page, brief).await?;
    Ok(Json(page.results))
}

fn done(message: &'static str) -> (StatusCode, Json<Message>) {
    (StatusCode::ACCEPTED, Json(Message { message }))
}
