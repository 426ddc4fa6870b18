//! `GET /api/profiles/search/?q=`.

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_model::{NameKey, UserId};
use aviary_representation::Person;
use aviary_store::{ListPage, Profile, SearchHit, Visibility};
use aviary_web::{ApiError, Fields, Form, Page, PageQuery, Params};
use axum::Json;
use axum::extract::State;

use crate::people_lists::{person, visible_people};
use crate::state::ProfilesState;

/// How often a request reads on while everybody whom it found is hidden from the caller.
const MAX_READS: usize = 10;
/// How many hits it then reads at once.
const READ_ON: i32 = 100;

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
    let (people, next) = shown_page(&state, caller.user, &query, page_query.limit(), found).await?;
    Ok(Json(page_query.page(&name, people, next)))
}

fn read(form: &Form) -> Result<NameKey, ApiError> {
    let mut fields = Fields::of(form);
    let query = fields.required("q", |text| Ok::<_, Vec<Infallible>>(NameKey::of(text)));
    fields.finish(query)
}

/// The people of a page whom the viewer may see, and the place at which the next page begins. That is always the place
/// of somebody shown, because a place tells the name and the id of whoever is there. So where nobody of a page is shown,
/// the next one is read at once. A search ends where about a thousand people in a row are hidden.
async fn shown_page(
    state: &ProfilesState,
    viewer: UserId,
    query: &NameKey,
    limit: i32,
    mut found: ListPage<SearchHit>,
) -> Result<(Vec<Person>, Option<String>), ApiError> {
    let limit = usize::try_from(limit).unwrap_or_default();
    for _ in 0..MAX_READS {
        let hits = found.entries.into_iter().map(|hit| (hit.user, hit)).collect();
        let is_shown =
            |hide: Visibility, profile: &Profile, hit: &SearchHit| !hide.is_block() && hit.shows(profile, query);
        let mut people = visible_people(state, viewer, hits, is_shown, person(state)).await?;
        let has_more = found.next.is_some() || people.len() > limit;
        people.truncate(limit);
        let last = people.last().map(|(_, hit)| hit.place.clone());
        match found.next {
            Some(next) if last.is_none() => {
                let page = state.profiles.search(query, Some(&next), READ_ON).await?;
                found = page.ok_or_else(PageQuery::invalid)?;
            }
            _ => return Ok((people.into_iter().map(|(person, _)| person).collect(), last.filter(|_| has_more))),
        }
    }
    Ok((Vec::new(), None))
}
