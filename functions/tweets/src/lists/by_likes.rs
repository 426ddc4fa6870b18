//! `GET /api/tweets/by/<username>/likes/` (document 000).

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{EdgeId, UserId};
use aviary_representation::ShownTweet;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::lists::list_page::PageBuilder;
use crate::state::TweetsState;

/// The tweets that a user likes, most recently liked first. Three round trips.
#[utoipa::path(get, path = "/api/tweets/by/{username}/likes", tag = "tweets",
    params(("username" = String, Path, description = "The user's username, in any case"), PageQuery),
    responses(
        (status = 200, description = "A page of tweets", body = Page<ShownTweet>),
        (status = 404, description = "Unknown user, one who blocks the caller, or invalid cursor"),
    ))]
pub async fn list_liked_by_user(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(username): PathText,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let (viewer, user): (_, Option<UserId>) = caller.confirm_with(state.owner_of(&username)).await?;
    let user = user.ok_or_else(ApiError::not_found)?;
    let list = format!("by/{user}/likes");
    let after: Option<EdgeId> = query.position_as(&list)?;
    let page = state.reactions.by_user(user, Reaction::Like, after, query.limit()).await?;
    PageBuilder { state: &state, client: &client, query: &query, viewer, list: &list }.tweets_of(user, page).await
}
