//! The list of people who reacted to a tweet.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{EdgeId, TweetId};
use aviary_representation::Person;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery};
use axum::Json;
use futures_util::future::try_join;

use crate::lists::list_page::PageBuilder;
use crate::state::TweetsState;

/// A page of the people who reacted to the tweet of a path. `name` identifies the list in its cursors. Two round trips.
pub(crate) async fn reacted_people(
    state: &TweetsState,
    client: &Client,
    query: &PageQuery,
    caller: MaybeUnconfirmed,
    id: &str,
    (reaction, name): (Reaction, &str),
) -> Result<Json<Page<Person>>, ApiError> {
    let id: TweetId = id.parse().map_err(|_| ApiError::not_found())?;
    let list = format!("{name}/{id}");
    let after: Option<EdgeId> = query.position_as(&list)?;
    let read = try_join(state.tweets.by_id(id), state.reactions.of_tweet(reaction, id, after, query.limit()));
    let (viewer, (tweet, page)) = caller.confirm_with(read).await?;
    let author = tweet.ok_or_else(ApiError::not_found)?.author;
    let builder = PageBuilder { state, client, query, viewer, list: &list };
    builder.people(&[author], page, |profile, _| Person::of(profile, state.bucket.urls())).await
}
