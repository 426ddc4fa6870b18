//! `GET /search/usersearch`.

use aviary_auth::MaybeUnconfirmed;
use aviary_model::{NameKey, UserId};
use aviary_representation::{PeopleSearch, Person};
use aviary_store::{ListPage, SearchHit, StoreError};
use aviary_web::{ApiError, Client, PageQuery, Params};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::originals::new_twitter::parameters::parameter;
use crate::originals::new_twitter::search_cursor::SearchCursor;
use crate::originals::new_twitter::shapes::Person001;
use crate::state::TweetsState;

/// How many people or tweets a page of a search has.
pub(crate) const SEARCH_PAGE: i32 = 10;

/// People who were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserSearch001 {
    /// What the request for the next page sends as `searchAfterText`.
    #[serde(rename = "searchAfterText")]
    pub search_after_text: String,
    /// The people, in the order of the names that matched.
    pub users: Vec<Person001>,
}

/// People whose username or alias begins with a text, ten at a time. Needs no credential. Two round trips.
#[utoipa::path(get, path = "/search/usersearch", tag = "originals",
    params(("text" = String, Query, description = "The beginning of a username or alias"),
        ("searchAfterText" = Option<String>, Query, description = "As the answer before had it")),
    responses(
        (status = 200, description = "The people", body = UserSearch001),
        (status = 400, description = "No `text`"),
        (status = 404, description = "Nobody, or an invalid `searchAfterText`"),
    ))]
pub async fn search_users(
    State(state): State<TweetsState>,
    client: Client,
    caller: MaybeUnconfirmed,
    Params(form): Params,
) -> Result<Json<UserSearch001>, ApiError> {
    let name = NameKey::of(&parameter(&form, "text")?);
    let cursor = SearchCursor::of(&form)?;
    let after = match cursor {
        None => Some(None),
        Some(cursor) => cursor.users.map(Some),
    };
    let (viewer, found) = caller.confirm_with(hits(&state, &name, after.as_ref())).await?;
    let (people, next) = shown(&state, viewer, &name, found.ok_or_else(PageQuery::invalid)?).await?;
    if people.is_empty() {
        return Err(ApiError::not_found());
    }
    let search_after_text = SearchCursor { users: next, tweets: None }.text();
    let users = people.into_iter().map(|person| Person001::of(person, &client)).collect();
    Ok(Json(UserSearch001 { search_after_text, users }))
}

/// The hits after this place: of the first page after `None`, of a list that has ended none. `None` for a place of another
/// search. One round trip.
pub(crate) async fn hits(
    state: &TweetsState,
    name: &NameKey,
    after: Option<&Option<String>>,
) -> Result<Option<ListPage<SearchHit>>, StoreError> {
    match after {
        Some(place) => state.profiles.search(name, place.as_deref(), SEARCH_PAGE).await,
        None => Ok(Some(ListPage { entries: Vec::new(), next: None })),
    }
}

/// The people among the hits whom the viewer may see, and the place of the next page. One round trip, as a rule.
pub(crate) async fn shown(
    state: &TweetsState,
    viewer: Option<UserId>,
    query: &NameKey,
    found: ListPage<SearchHit>,
) -> Result<(Vec<Person>, Option<String>), StoreError> {
    let (profiles, page_reads, media) = (&state.profiles, &state.page_reads, state.bucket.urls());
    PeopleSearch { profiles, page_reads, media, viewer, query, limit: SEARCH_PAGE }.shown(found).await
}
