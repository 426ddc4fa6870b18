//! `GET /api/tweets/` (document 000): the home timeline.

use aviary_auth::Unconfirmed;
use aviary_model::EdgeId;
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{Links, ShownTweet, TweetList};
use crate::timeline::Timeline;

/// The caller's own tweets, those of the people whom the caller follows, and what they retweeted, newest first. Two
/// steps; three for who follows somebody with more followers than are written to.
#[utoipa::path(get, path = "/api/tweets", tag = "tweets",
    params(
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = TweetList),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "A wrong cursor"),
    ))]
pub async fn home(
    State(state): State<TweetsState>,
    client: Client,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<ShownTweet>>, ApiError> {
    let user = unconfirmed.user();
    let list = format!("home/{user}");
    let place = query.place_as::<EdgeId>(&list);
    let after = place.as_ref().ok().copied().flatten();
    let timeline = Timeline { state: &state, user, after, limit: query.limit() };
    let (_, written) = unconfirmed.confirm_with(timeline.written()).await?;
    place?;
    let page = timeline.merged(written).await?;
    let (seen, shown) = timeline.visible(&page).await?;
    let links = Links { bucket: &state.bucket, client: &client };
    let tweets = shown.into_iter().filter_map(|id| links.seen_tweet(id, &seen)).collect();
    Ok(Json(query.page(&list, tweets, page.next)))
}
