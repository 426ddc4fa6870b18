//! `GET /api/profiles/muted/`.

use aviary_auth::Unconfirmed;
use aviary_representation::Person;
use aviary_web::{ApiError, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::people_lists::{PeopleList, person, show_list};
use crate::state::ProfilesState;

/// The users whom the caller has muted, most recently muted first. Two round trips.
#[utoipa::path(get, path = "/api/profiles/muted", tag = "profiles", params(PageQuery),
    responses(
        (status = 200, description = "A page of people", body = Page<Person>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Invalid cursor"),
    ))]
pub async fn list_muted(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    query: PageQuery,
) -> Result<Json<Page<Person>>, ApiError> {
    let caller = unconfirmed.user();
    show_list(&state, unconfirmed, PeopleList::Muted, Some(caller), &query, person(&state)).await.map(Json)
}
