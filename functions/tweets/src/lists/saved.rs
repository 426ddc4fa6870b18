//! `GET /api/tweets/saved/`.

use aviary_auth::Unconfirmed;
use aviary_model::EdgeId;
use aviary_representation::ShownTweet;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::lists::list_page::PageBuilder;
use crate::state::TweetsState;

/// The tweets that the caller saved, most recently saved first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/saved", tag = "tweets", params(PageQuery),
    responses(
        (status = 200, description = "A page of tweets", body = Page<ShownTweet>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Invalid cursor"),
    ))]
pub async fn list_saved(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let me = unconfirmed.user();
    let list = format!("saved/{me}");
    // An invalid cursor is reported only after an invalid credential.
    let cursor = query.position_as::<EdgeId>(&list);
    let after = cursor.as_ref().ok().copied().flatten();
    let read = state.reactions.by_user(me, Reaction::Save, after, query.limit());
    let (caller, page) = unconfirmed.confirm_with(read).await?;
    cursor?;
    let viewer = Some(caller.user);
    PageBuilder { state: &state, client: &client, query: &query, viewer, list: &list }.tweets(page).await
}
