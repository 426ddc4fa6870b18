//! `GET /api/tweets/get_latest/`, `get_top/` and `get_explore_media/` (document 000): the ranked lists, which `worker`
//! makes each minute.

use aviary_auth::Unconfirmed;
use aviary_model::{TweetId, UserId};
use aviary_store::{ListPage, RankedTweets};
use aviary_web::{ApiError, Client};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::lists::list_page::PageBuilder;
use crate::lists::newest::newest_of;
use crate::originals::raven::shapes::RavenTweet;
use crate::originals::raven::{NEWEST, newest};
use crate::state::TweetsState;

/// How many tweets with media are shown.
const WITH_MEDIA: i32 = 20;

/// A tweet with its author.
type Entry = (TweetId, UserId);

/// Everybody's newest tweets: the caller's own at once, others within a minute. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_latest", tag = "originals",
    responses(
        (status = 200, description = "The newest 100 tweets", body = Vec<RavenTweet>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_latest(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let me = unconfirmed.user();
    let read = try_join(state.ranked.tweets(RankedTweets::Latest), state.tweets.by_author(me, None, NEWEST));
    let (_, (ranked, own)) = unconfirmed.confirm_with(read).await?;
    show(&state, &client, me, newest_of(ranked, own, me, NEWEST)).await
}

/// The tweets with the most likes among everybody's newest 500. Two round trips.
#[utoipa::path(get, path = "/api/tweets/get_top", tag = "originals",
    responses(
        (status = 200, description = "20 tweets, the most liked first", body = Vec<RavenTweet>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_top(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let (caller, ranked) = unconfirmed.confirm_with(state.ranked.tweets(RankedTweets::Top)).await?;
    show(&state, &client, caller.user, ranked).await
}

/// Everybody's newest tweets with pictures or videos: the caller's own at once, others within a minute. Two round
/// trips.
#[utoipa::path(get, path = "/api/tweets/get_explore_media", tag = "originals",
    responses(
        (status = 200, description = "The newest 20 of them", body = Vec<RavenTweet>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_with_media(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let me = unconfirmed.user();
    let read = try_join(state.ranked.tweets(RankedTweets::Media), state.tweets.with_media(me, None, WITH_MEDIA));
    let (_, (ranked, own)) = unconfirmed.confirm_with(read).await?;
    show(&state, &client, me, newest_of(ranked, own, me, WITH_MEDIA)).await
}

/// Shows those of the tweets that exist and that the caller may see. One round trip.
async fn show(
    state: &TweetsState,
    client: &Client,
    viewer: UserId,
    entries: Vec<Entry>,
) -> Result<Json<Vec<RavenTweet>>, ApiError> {
    let builder = PageBuilder { state, client, query: &newest(), viewer: Some(viewer), list: "" };
    let Json(page) = builder.tweets(ListPage { entries, next: None }).await?;
    Ok(Json(page.results.into_iter().map(|tweet| RavenTweet::of(tweet, client)).collect()))
}
