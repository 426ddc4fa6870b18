//! `GET /api/tweets/get_tweets/<user id>/`, `GET /api/tweets/get_user_media/<user id>/` and `GET
//! /api/tweets/get_saved_tweets/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::{TweetId, UserId};
use aviary_store::{ListPage, StoreError};
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;

use crate::lists::list_page::PageBuilder;
use crate::lists::saved;
use crate::originals::raven::shapes::{RavenTweet, TweetOrReply};
use crate::originals::raven::{NEWEST, newest};
use crate::state::TweetsState;

/// A user's tweets. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_tweets/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The newest 100 tweets", body = Vec<RavenTweet>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user, or one who blocks the caller"),
    ))]
pub async fn list_tweets_of(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let read = async |author| state.tweets.by_author(author, None, NEWEST).await;
    tweets_of(&state, &client, unconfirmed, &id, read).await.map(Json)
}

/// A user's tweets with pictures or a video. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_user_media/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The newest 100 of them. Replies have no pictures, so none is among them",
            body = Vec<TweetOrReply>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user, or one who blocks the caller"),
    ))]
pub async fn list_media_of(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<TweetOrReply>>, ApiError> {
    let read = async |author| state.tweets.with_media(author, None, NEWEST).await;
    let tweets = tweets_of(&state, &client, unconfirmed, &id, read).await?;
    Ok(Json(tweets.into_iter().map(TweetOrReply::Tweet).collect()))
}

/// The tweets that the caller saved, the last saved first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_saved_tweets", tag = "originals",
    responses(
        (status = 200, description = "The last 100 of them", body = Vec<RavenTweet>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_saved(
    state: State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let Json(page) = saved::list_saved(state, client.clone(), unconfirmed, newest()).await?;
    Ok(Json(page.results.into_iter().map(|tweet| RavenTweet::of(tweet, &client)).collect()))
}

/// The tweets of one of an author's lists. The author is named by id, where our own lists name a username.
async fn tweets_of(
    state: &TweetsState,
    client: &Client,
    unconfirmed: Unconfirmed,
    id: &str,
    read: impl AsyncFnOnce(UserId) -> Result<ListPage<TweetId>, StoreError>,
) -> Result<Vec<RavenTweet>, ApiError> {
    let author: Option<UserId> = id.parse().ok();
    let page = async {
        match author {
            Some(author) => read(author).await.map(Some),
            None => Ok(None),
        }
    };
    let (caller, page) = unconfirmed.confirm_with(page).await?;
    let (author, page) = author.zip(page).ok_or_else(ApiError::not_found)?;
    let builder = PageBuilder { state, client, query: &newest(), viewer: Some(caller.user), list: "" };
    let Json(page) = builder.tweets_of(author, page.map(|tweet| (tweet, author))).await?;
    Ok(page.results.into_iter().map(|tweet| RavenTweet::of(tweet, client)).collect())
}
