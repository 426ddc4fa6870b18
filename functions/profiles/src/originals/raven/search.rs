//! `POST /api/profiles/search/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_model::NameKey;
use aviary_representation::Brief;
use aviary_store::{Profile, SearchHit, Visibility};
use aviary_web::{ApiError, Fields, Form, PageQuery, Payload, body};
use axum::Json;
use axum::extract::State;

use crate::originals::raven::{NEWEST, brief};
use crate::people_lists::visible_people;
use crate::state::ProfilesState;

/// How many pages of hits a request reads until it has a hundred people.
const MAX_READS: usize = 10;

body! {
    /// What is searched for.
    pub struct RavenSearchBody {
        /// The beginning of an alias, or `@` and the beginning of a username.
        search_input: Search = required(Search::parse),
    }
}

/// A search among the usernames, or among the aliases.
#[derive(Debug)]
pub struct Search {
    beginning: NameKey,
    usernames: bool,
}

/// People whose alias begins with a text, or whose username does if an `@` stands before it. Two round trips, and two
/// more for each hundred people who are found by the other name.
#[utoipa::path(post, path = "/api/profiles/search", tag = "originals", request_body = RavenSearchBody,
    responses(
        (status = 200, description = "Up to 100 people, in the order of the names", body = Vec<Brief>),
        (status = 400, description = "Missing or blank `search_input`"),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn search(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<Vec<Brief>>, ApiError> {
    let search = read(&form);
    let first = async {
        match &search {
            Ok(search) => state.profiles.search(&search.beginning, None, NEWEST).await,
            Err(_) => Ok(None),
        }
    };
    let (caller, found) = unconfirmed.with_form(&form).confirm_with(first).await?;
    let search = search?;
    let (mut people, mut found) = (Vec::new(), found.ok_or_else(PageQuery::invalid)?);
    for _ in 0..MAX_READS {
        let hits = found.entries.into_iter().map(|hit| (hit.user, hit)).collect();
        let keep =
            |hide: Visibility, profile: &Profile, hit: &SearchHit| !hide.is_block() && search.shows(hit, profile);
        people.extend(visible_people(&state, caller.user, hits, keep, brief(&state)).await?);
        let Some(next) = found.next.filter(|_| people.len() < usize::try_from(NEWEST).unwrap_or_default()) else {
            break;
        };
        let page = state.profiles.search(&search.beginning, Some(&next), NEWEST).await?;
        found = page.ok_or_else(PageQuery::invalid)?;
    }
    people.truncate(usize::try_from(NEWEST).unwrap_or_default());
    Ok(Json(people.into_iter().map(|(person, _)| person).collect()))
}

fn read(form: &Form) -> Result<Search, ApiError> {
    let mut fields = Fields::of(form);
    let search = RavenSearchBody::read(&mut fields).search_input;
    fields.finish(search)
}

impl Search {
    fn parse(text: &str) -> Result<Self, Vec<&'static str>> {
        match text.strip_prefix('@').unwrap_or(text).trim() {
            "" => Err(vec!["This field may not be blank."]),
            name => Ok(Self { beginning: NameKey::of(name), usernames: text.starts_with('@') }),
        }
    }

    /// Is the profile still found by the name of this hit?
    fn shows(&self, hit: &SearchHit, profile: &Profile) -> bool {
        let name = if self.usernames { profile.username.as_str() } else { profile.alias.as_str() };
        hit.by_alias != self.usernames && NameKey::of(name).as_str().starts_with(self.beginning.as_str())
    }
}
