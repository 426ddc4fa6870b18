//! `GET /api/tweets/by/<username>/likes/` (document 000).

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{EdgeId, UserId};
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{ShownTweet, TweetList};
use crate::screens::Screen;

/// The tweets that somebody likes, those liked last first. Three steps.
#[utoipa::path(get, path = "/api/tweets/by/{username}/likes", tag = "tweets",
    params(
        ("username" = String, Path, description = "Whose likes, without regard to case"),
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = TweetList),
        (status = 404, description = "No such user, one who blocks the caller, or a wrong cursor"),
    ))]
pub async fn by_author_likes(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(username): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let (viewer, user): (_, Option<UserId>) = caller.confirm_with(state.owner_of(&username)).await?;
    let user = user.ok_or_else(ApiError::not_found)?;
    let list = format!("by/{user}/likes");
    let after: Option<EdgeId> = query.place_as(&list)?;
    let page = state.reactions.by_user(user, Reaction::Like, after, query.limit()).await?;
    Screen { state: &state, client: &client, query: &query, viewer, list: &list }.tweets_of(user, page).await
}
