//! `GET /api/profiles/<id>/followers/`.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Page, PageQuery, PathText};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::answer::{PersonList, ShownPerson};
use crate::people::{List, list};

/// Who follows this user, the last first. Two steps.
#[utoipa::path(get, path = "/api/profiles/{id}/followers", tag = "profiles",
    params(("id" = String, Path, description = "The user's id"),
        ("limit" = Option<i32>, Query, description = "20 by default, at most 100"),
        ("cursor" = Option<String>, Query, description = "From `next`")),
    responses(
        (status = 200, description = "People", body = PersonList),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "Nobody has this id, or the cursor is none"),
    ))]
pub async fn followers(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    page: PageQuery,
) -> Result<Json<Page<ShownPerson>>, ApiError> {
    list(&state, unconfirmed, List::Followers, id.parse().ok(), &page).await.map(Json)
}
