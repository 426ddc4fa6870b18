//! `GET /api/profiles/blocked/`.

use aviary_auth::Unconfirmed;
use aviary_representation::Person;
use aviary_web::{ApiError, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::people_lists::{PeopleList, person, show_list};
use crate::state::ProfilesState;

/// The users whom the caller blocks, most recently blocked first. Two round trips.
#[utoipa::path(get, path = "/api/profiles/blocked", tag = "profiles", params(PageQuery),
    responses(
        (status = 200, description = "A page of people", body = Page<Person>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Invalid cursor"),
    ))]
pub async fn list_blocked(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<Person>>, ApiError> {
    let caller = unconfirmed.user();
    show_list(&state, unconfirmed, PeopleList::Blocked, Some(caller), &query, person(&state)).await.map(Json)
}
