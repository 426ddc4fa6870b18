//! `GET /api/tweets/<id>/retweets/`.

use aviary_auth::MaybeUnconfirmed;
use aviary_representation::Person;
use aviary_store::Reaction;
use aviary_web::{ApiError, Client, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::reactions::reacted_people::reacted_people;
use crate::state::TweetsState;

/// The people who retweeted a tweet, most recent first. Two round trips.
#[utoipa::path(get, path = "/api/tweets/{id}/retweets", tag = "tweets",
    params(("id" = String, Path, description = "The tweet's id"), PageQuery),
    responses(
        (status = 200, description = "A page of people", body = Page<Person>),
        (status = 404, description = "Unknown tweet, its author blocks the caller, or invalid cursor"),
    ))]
pub async fn list_retweets(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<Person>>, ApiError> {
    reacted_people(&state, &client, &query, caller, &id, (Reaction::Retweet, "retweets")).await
}
