//! `GET /api/profiles/most_popular/` and `GET /api/profiles/who_to_follow/` (document 000): whom to follow next, from the
//! ranked list of users that `worker` makes each minute.

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_representation::{Brief, Related};
use aviary_store::{PageKeys, StoreError};
use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::originals::raven::brief;
use crate::people_lists::visible_people;
use crate::state::ProfilesState;

/// How many users are suggested.
const SUGGESTED: usize = 10;
/// How many of the most followed users are looked at together. Usually ten of them are left.
const LOOKED_AT: usize = 25;
/// How many of the caller's newest follows may be related.
const FOLLOWS: i32 = 25;
/// How many related users are shown with each.
const RELATED: usize = 3;

/// The most followed users whom the caller doesn't follow. Three round trips, and one more for each further 25 who are
/// left out.
#[utoipa::path(get, path = "/api/profiles/most_popular", tag = "originals",
    responses(
        (status = 200, description = "At most ten of the hundred most followed", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_popular(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<Brief>>, ApiError> {
    suggested(&state, unconfirmed).await
}

/// Users whom the caller may want to follow; the same as the most popular ones. Three round trips, and one more for each
/// further 25 who are left out.
#[utoipa::path(get, path = "/api/profiles/who_to_follow", tag = "originals",
    responses(
        (status = 200, description = "At most ten of the hundred most followed", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
    ))]
pub async fn list_suggested(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
) -> Result<Json<Vec<Brief>>, ApiError> {
    suggested(&state, unconfirmed).await
}

async fn suggested(state: &ProfilesState, unconfirmed: Unconfirmed) -> Result<Json<Vec<Brief>>, ApiError> {
    let me = unconfirmed.user();
    let read = try_join(state.ranked.popular(), state.relations.following(me, None, FOLLOWS));
    let (_, (popular, follows)) = unconfirmed.confirm_with(read).await?;
    let others: Vec<(UserId, ())> = popular.into_iter().filter(|user| *user != me).map(|user| (user, ())).collect();
    let mut people = Vec::new();
    for some in others.chunks(LOOKED_AT) {
        let show = |profile: &_, is_followed| (brief(state)(profile, is_followed), is_followed);
        let found = visible_people(state, me, some.to_vec(), |hide, _, ()| !hide.is_block(), show).await?;
        people.extend(found.into_iter().filter(|((_, is_followed), ())| !is_followed).map(|((person, _), ())| person));
        if people.len() >= SUGGESTED {
            break;
        }
    }
    people.truncate(SUGGESTED);
    relate(state, me, &mut people, &follows.entries).await?;
    Ok(Json(people))
}

/// Says of each person who of the caller's follows follows them too. One round trip; none without people or follows.
async fn relate(state: &ProfilesState, me: UserId, people: &mut [Brief], follows: &[UserId]) -> Result<(), StoreError> {
    let suggested: Vec<UserId> = people.iter().map(|person| person.id).collect();
    let keys = follows.iter().fold(PageKeys::by(Some(me)), |keys, user| keys.author(*user));
    let pairs = state.relations.follows_among(follows, &suggested);
    let (pairs, names) = try_join(pairs, state.page_reads.read(&keys)).await?;
    for person in people {
        let related = pairs.iter().filter(|(other, _)| *other == person.id).filter_map(|(_, follower)| {
            let profile = names.profile(*follower)?;
            Some(Related { id: *follower, username: profile.username.as_str().to_owned() })
        });
        person.related = related.take(RELATED).collect();
    }
    Ok(())
}
