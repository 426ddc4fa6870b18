//! `GET /api/tweets/tags/<tag>/`.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{Tag, TweetId};
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{ShownTweet, TweetList};
use crate::screens::Screen;

/// The tweets with a tag, newest first. Two steps.
#[utoipa::path(get, path = "/api/tweets/tags/{tag}", tag = "tweets",
    params(
        ("tag" = String, Path, description = "The tag, with or without its #, without regard to case"),
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = TweetList),
        (status = 404, description = "No word that can be a tag, or a wrong cursor"),
    ))]
pub async fn tagged(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(tag): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let tag = Tag::parse(&tag).ok_or_else(ApiError::not_found)?;
    let list = format!("tags/{}", tag.as_str());
    let after: Option<TweetId> = query.place_as(&list)?;
    let (viewer, page) = caller.confirm_with(state.tweets.tagged(&tag, after, query.limit())).await?;
    Screen { state: &state, client: &client, query: &query, viewer, list: &list }.tweets(page).await
}
