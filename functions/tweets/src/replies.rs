//! `GET /api/tweets/<id>/replies/`.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::TweetId;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::TweetsState;
use crate::answer::{ShownTweet, TweetList};
use crate::screens::Screen;

/// The tweets that answer this one, oldest first. Two steps.
#[utoipa::path(get, path = "/api/tweets/{id}/replies", tag = "tweets",
    params(
        ("id" = String, Path, description = "The tweet's id"),
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = TweetList),
        (status = 404, description = "No such tweet, its author blocks the caller, or a wrong cursor"),
    ))]
pub async fn replies(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("replies/{id}");
    let after: Option<TweetId> = query.place_as(&list)?;
    let read = try_join(state.tweets.by_id(id), state.tweets.replies(id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_with(read).await?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    Screen { state: &state, client: &client, query: &query, viewer, list: &list }.tweets_of(author, page).await
}
