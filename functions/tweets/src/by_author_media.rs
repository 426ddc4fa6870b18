//! `GET /api/tweets/by/<username>/media/` (document 000).

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{TweetId, UserId};
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{ShownTweet, TweetList};
use crate::screens::Screen;

/// Those of somebody's tweets that show something, newest first. Three steps.
#[utoipa::path(get, path = "/api/tweets/by/{username}/media", tag = "tweets",
    params(
        ("username" = String, Path, description = "Whose tweets, without regard to case"),
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = TweetList),
        (status = 404, description = "No such user, one who blocks the caller, or a wrong cursor"),
    ))]
pub async fn by_author_media(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(username): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let (viewer, author): (_, Option<UserId>) = caller.confirm_with(state.owner_of(&username)).await?;
    let author = author.ok_or_else(ApiError::not_found)?;
    let list = format!("by/{author}/media");
    let after: Option<TweetId> = query.place_as(&list)?;
    let page = state.tweets.with_media(author, after, query.limit()).await?.map(|id| (id, author));
    Screen { state: &state, client: &client, query: &query, viewer, list: &list }.tweets_of(author, page).await
}
