//! `GET /api/profiles/<id>/following/`.

use aviary_auth::Unconfirmed;
use aviary_representation::Person;
use aviary_web::{ApiError, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::people_lists::{PeopleList, person, show_list};
use crate::state::ProfilesState;

/// The users whom a user follows, most recently followed first. Two round trips.
#[utoipa::path(get, path = "/api/profiles/{id}/following", tag = "profiles",
    params(("id" = String, Path, description = "The user's id"), PageQuery),
    responses(
        (status = 200, description = "A page of people", body = Page<Person>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user, or invalid cursor"),
    ))]
pub async fn list_following(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    query: PageQuery,
) -> Result<Json<Page<Person>>, ApiError> {
    show_list(&state, unconfirmed, PeopleList::Following, id.parse().ok(), &query, person(&state)).await.map(Json)
}
