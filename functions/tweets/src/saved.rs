//! `GET /api/tweets/saved/`.

use aviary_auth::Unconfirmed;
use aviary_model::EdgeId;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{ShownTweet, TweetList};
use crate::screens::Screen;

/// The tweets that the caller saved, those saved last first. Two steps.
#[utoipa::path(get, path = "/api/tweets/saved", tag = "tweets",
    params(
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = TweetList),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "A wrong cursor"),
    ))]
pub async fn saved(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let me = unconfirmed.user();
    let list = format!("saved/{me}");
    let place = query.place_as::<EdgeId>(&list);
    let after = place.as_ref().ok().copied().flatten();
    let read = state.reactions.by_user(me, Reaction::Save, after, query.limit());
    let (caller, page) = unconfirmed.confirm_with(read).await?;
    place?;
    let viewer = Some(caller.user);
    Screen { state: &state, client: &client, query: &query, viewer, list: &list }.tweets(page).await
}
