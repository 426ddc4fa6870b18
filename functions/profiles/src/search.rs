//! `GET /api/profiles/search/?q=`.

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_model::NameKey;
use aviary_representation::{PeopleSearch, Person};
use aviary_web::{ApiError, Fields, Form, Page, PageQuery, Params};
use axum::Json;
use axum::extract::State;

use crate::state::ProfilesState;

/// People whose username or alias begins with a text, in any case. Two round trips, and two more while everybody found
/// is hidden from the caller.
#[utoipa::path(get, path = "/api/profiles/search", tag = "profiles",
    params(("q" = String, Query, description = "The beginning of a username or alias"), PageQuery),
    responses(
        (status = 200, description = "A page of people, in the order of the names that matched", body = Page<Person>),
        (status = 400, description = "Missing or blank `q`"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Invalid cursor"),
    ))]
pub async fn search_profiles(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    page_query: PageQuery,
    Params(form): Params,
) -> Result<Json<Page<Person>>, ApiError> {
    // An invalid query or cursor is reported only after an invalid credential.
    let search = read(&form).and_then(|query| {
        // Quoted and escaped, so that the list's name has no line break, which ends it in a cursor.
        let name = format!("search/{:?}", query.as_str());
        let after = page_query.position(&name)?;
        Ok((query, name, after))
    });
    let read = async {
        match &search {
            Ok((query, _, after)) => state.profiles.search(query, after.as_deref(), page_query.limit()).await,
            Err(_) => Ok(None),
        }
    };
    let (caller, found) = unconfirmed.confirm_with(read).await?;
    let (query, name, _) = search?;
    let found = found.ok_or_else(PageQuery::invalid)?;
    let search = PeopleSearch {
        profiles: &state.profiles,
        page_reads: &state.page_reads,
        media: state.bucket.urls(),
        viewer: Some(caller.user),
        query: &query,
        limit: page_query.limit(),
    };
    let (people, next) = search.shown(found).await?;
    Ok(Json(page_query.page(&name, people, next)))
}

fn read(form: &Form) -> Result<NameKey, ApiError> {
    let mut fields = Fields::of(form);
    let query = fields.required("q", |text| Ok::<_, Vec<Infallible>>(NameKey::of(text)));
    fields.finish(query)
}
