//! `GET /api/tweets/tags/<tag>/`.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{Tag, TweetId};
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::lists::list_page::PageBuilder;
use crate::state::TweetsState;

/// The tweets with a tag, newest first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/tags/{tag}", tag = "tweets",
    params(("tag" = String, Path, description = "The tag, with or without its #, in any case"), PageQuery),
    responses(
        (status = 200, description = "A page of tweets", body = Page<ShownTweet>),
        (status = 404, description = "Not a valid tag, or invalid cursor"),
    ))]
pub async fn list_tagged(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(tag): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let tag = Tag::parse(&tag).ok_or_else(ApiError::not_found)?;
    let list = format!("tags/{}", tag.as_str());
    let after: Option<TweetId> = query.position_as(&list)?;
    let (viewer, page) = caller.confirm_with(state.tweets.tagged(&tag, after, query.limit())).await?;
    PageBuilder { state: &state, client: &client, query: &query, viewer, list: &list }.tweets(page).await
}
