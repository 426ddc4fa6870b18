//! `GET /api/profiles/search/?q=`.

use std::convert::Infallible;

use aviary_auth::Unconfirmed;
use aviary_model::NameKey;
use aviary_web::{ApiError, Fields, Form, Page, PageQuery, Params};
use axum::Json;
use axum::extract::State;

use crate::ProfilesState;
use crate::answer::{PersonList, ShownPerson};
use crate::people::shown;

/// People whose username or alias begins like this, in any case. Two steps.
#[utoipa::path(get, path = "/api/profiles/search", tag = "profiles",
    params(("q" = String, Query, description = "The beginning of a username or alias"),
        ("limit" = Option<i32>, Query, description = "20 by default, at most 100"),
        ("cursor" = Option<String>, Query, description = "From `next`")),
    responses(
        (status = 200, description = "People, in the order of the names that begin so", body = PersonList),
        (status = 400, description = "Nothing to search for"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 404, description = "The cursor is none"),
    ))]
pub async fn search(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    page: PageQuery,
    Params(form): Params,
) -> Result<Json<Page<ShownPerson>>, ApiError> {
    let asked = read(&form).and_then(|query| {
        // Written so that no character of the query ends the list's name.
        let name = format!("search/{:?}", query.as_str());
        let after = page.place(&name)?;
        Ok((query, name, after))
    });
    let read = async {
        match &asked {
            Ok((query, _, after)) => state.profiles.search(query, after.as_deref(), page.limit()).await,
            Err(_) => Ok(None),
        }
    };
    let (caller, found) = unconfirmed.confirm_with(read).await?;
    let (query, name, _) = asked?;
    let found = found.ok_or_else(PageQuery::invalid)?;
    let hits = found.entries.into_iter().map(|hit| (hit.user, hit)).collect();
    let people =
        shown(&state, caller.user, hits, |hide, profile, hit| !hide.is_block() && hit.shows(profile, &query)).await?;
    Ok(Json(page.page(&name, people, found.next)))
}

fn read(form: &Form) -> Result<NameKey, ApiError> {
    let mut fields = Fields::of(form);
    let query = fields.required("q", |text| Ok::<_, Vec<Infallible>>(NameKey::of(text)));
    fields.finish(query)
}
