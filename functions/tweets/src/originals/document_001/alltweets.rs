//! `GET /tweet/alltweets`.

use std::cmp::Reverse;

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{TweetId, UserId};
use aviary_store::{ListPage, Order, StoreError};
use aviary_web::{ApiError, Client, PageQuery, Params};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use serde::Serialize;
use utoipa::ToSchema;

use crate::lists::list_page::PageBuilder;
use crate::originals::document_001::numbered_page::NumberedPage;
use crate::originals::document_001::shapes::{Person001, Tweet001, authors, tweets};
use crate::state::TweetsState;

/// Everybody's tweets.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllTweets001 {
    /// The page.
    pub message: AllTweetsPage001,
}

/// A page of everybody's tweets.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct AllTweetsPage001 {
    /// The tweets, newest first.
    pub tweets: Vec<Tweet001>,
    /// Their authors, each once.
    pub users: Vec<Person001>,
}

/// Everybody's tweets by pages, newest first, up to the 500th. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/tweet/alltweets", tag = "originals",
    params(("page" = Option<u32>, Query, description = "The page, from 1"),
        ("limit" = Option<u32>, Query, description = "Tweets on a page: 10 by default, at most 100")),
    responses((status = 200, description = "The tweets and their authors", body = AllTweets001)))]
pub async fn all_tweets(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<AllTweets001>, ApiError> {
    let Some(page) = NumberedPage::of(&form) else {
        return Ok(Json(AllTweets001 { message: AllTweetsPage001::default() }));
    };
    let (viewer, read) = caller.confirm_with(newest(&state, caller.user(), page.end())).await?;
    let query = PageQuery::first(page.end());
    let builder = PageBuilder { state: &state, client: &client, query: &query, viewer, list: "" };
    let Json(shown) = builder.tweets(page.cut(read)).await?;
    let message = AllTweetsPage001 { tweets: tweets(&shown.results), users: authors(&shown.results) };
    Ok(Json(AllTweets001 { message }))
}

/// The newest tweets of everybody, up to this many, with those of the caller, whom the index may lag behind. One round
/// trip.
async fn newest(
    state: &TweetsState,
    caller: Option<UserId>,
    limit: i32,
) -> Result<ListPage<(TweetId, UserId)>, StoreError> {
    let everybodys = state.tweets.by_time(false, Order::NewestFirst, None, limit);
    let own = async {
        match caller {
            Some(caller) => Ok(state.tweets.by_author(caller, None, limit).await?.map(|id| (id, caller)).entries),
            None => Ok(Vec::new()),
        }
    };
    let (everybodys, own) = try_join(everybodys, own).await?;
    // Ids sort by time.
    let mut entries = [everybodys.entries, own].concat();
    entries.sort_unstable_by_key(|(id, _)| Reverse(*id));
    entries.dedup();
    entries.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(ListPage { entries, next: None })
}
