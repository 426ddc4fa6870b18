//! `GET /api/profiles/blocked/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Page, PageQuery};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::answer::{PersonList, ShownPerson};
use crate::people::{List, list};

/// Whom the caller blocks, the last first. Two steps.
#[utoipa::path(get, path = "/api/profiles/blocked", tag = "profiles",
    params(("limit" = Option<i32>, Query, description = "20 by default, at most 100"),
        ("cursor" = Option<String>, Query, description = "From `next`")),
    responses(
        (status = 200, description = "People", body = PersonList),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "The cursor is none"),
    ))]
pub async fn blocked(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    page: PageQuery,
) -> Result<Json<Page<ShownPerson>>, ApiError> {
    let caller = unconfirmed.user();
    list(&state, unconfirmed, List::Blocked, Some(caller), &page).await.map(Json)
}
