//! `GET /api/tweets/<id>/replies/`.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::TweetId;
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::lists::list_page::PageBuilder;
use crate::state::TweetsState;

/// The tweets that answer a tweet, oldest first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/{id}/replies", tag = "tweets",
    params(("id" = String, Path, description = "The id of the answered tweet"), PageQuery),
    responses(
        (status = 200, description = "A page of tweets", body = Page<ShownTweet>),
        (status = 404, description = "Unknown tweet, its author blocks the caller, or invalid cursor"),
    ))]
pub async fn list_replies(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("replies/{id}");
    let after: Option<TweetId> = query.position_as(&list)?;
    let read = try_join(state.tweets.by_id(id), state.tweets.replies(id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_with(read).await?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    PageBuilder { state: &state, client: &client, query: &query, viewer, list: &list }.tweets_of(author, page).await
}
