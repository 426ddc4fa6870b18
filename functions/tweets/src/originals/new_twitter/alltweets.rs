//! `GET /tweet/alltweets`.

use aviary_auth::MaybeUnconfirmed;
use aviary_store::{ListPage, RankedTweets};
use aviary_web::{ApiError, Client, PageQuery, Params};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use serde::Serialize;
use utoipa::ToSchema;

use crate::lists::list_page::PageBuilder;
use crate::lists::newest::newest_of;
use crate::originals::new_twitter::numbered_page::NumberedPage;
use crate::originals::new_twitter::shapes::{Person001, Tweet001, authors, tweets};
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

/// Everybody's newest tweets by pages, up to the 500th: the caller's own at once, others within a minute. Needs no
/// credential. Two round trips.
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
    let me = caller.user();
    let own = async {
        match me {
            Some(me) => state.tweets.by_author(me, None, page.end()).await.map(Some),
            None => Ok(None),
        }
    };
    let read = try_join(state.ranked.tweets(RankedTweets::Latest), own);
    let (viewer, (ranked, own)) = caller.confirm_with(read).await?;
    let entries = match me.zip(own) {
        Some((me, own)) => newest_of(ranked, own, me, page.end()),
        None => ranked,
    };
    let read = ListPage { entries, next: None };
    let query = PageQuery::first(page.end());
    let builder = PageBuilder { state: &state, client: &client, query: &query, viewer, list: "" };
    let Json(shown) = builder.tweets(page.cut(read)).await?;
    let message = AllTweetsPage001 { tweets: tweets(&shown.results), users: authors(&shown.results) };
    Ok(Json(AllTweets001 { message }))
}
