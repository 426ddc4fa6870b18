//! `GET /api/tweets/by/<username>/` (document 000).

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{TweetId, UserId};
use aviary_representation::ShownTweet;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::lists::list_page::PageBuilder;
use crate::state::TweetsState;

/// A user's tweets, newest first. Three round trips.
#[utoipa::path(get, path = "/api/tweets/by/{username}", tag = "tweets",
    params(("username" = String, Path, description = "The author's username, in any case"), PageQuery),
    responses(
        (status = 200, description = "A page of tweets", body = Page<ShownTweet>),
        (status = 404, description = "Unknown user, one who blocks the caller, or invalid cursor"),
    ))]
pub async fn list_by_author(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(username): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let (viewer, author): (_, Option<UserId>) = caller.confirm_with(state.owner_of(&username)).await?;
    let author = author.ok_or_else(ApiError::not_found)?;
    let list = format!("by/{author}");
    let after: Option<TweetId> = query.position_as(&list)?;
    let page = state.tweets.by_author(author, after, query.limit()).await?.map(|id| (id, author));
    PageBuilder { state: &state, client: &client, query: &query, viewer, list: &list }.tweets_of(author, page).await
}
