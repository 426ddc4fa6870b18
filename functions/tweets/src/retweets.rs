//! `GET /api/tweets/<id>/retweets/`.

use aviary_auth::MaybeUnconfirmed;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::TweetsState;
use crate::answer::{PeopleList, Person};
use crate::reacting::people;

/// Who retweeted a tweet, those who did last first. Two steps.
#[utoipa::path(get, path = "/api/tweets/{id}/retweets", tag = "tweets",
    params(
        ("id" = String, Path, description = "The tweet's id"),
        ("limit" = Option<i32>, Query, description = "At most so many; 20 without it, 100 at the most"),
        ("cursor" = Option<String>, Query, description = "From `next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = PeopleList),
        (status = 404, description = "No such tweet, its author blocks the caller, or a wrong cursor"),
    ))]
pub async fn retweets(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<Person>>, ApiError> {
    people(&state, &client, &query, caller, &id, (Reaction::Retweet, "retweets")).await
}
