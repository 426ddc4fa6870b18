//! The lists of people: a user's followers and follows, and whom the caller blocks or has muted.

use aviary_auth::Unconfirmed;
use aviary_model::{EdgeId, UserId};
use aviary_representation::Person;
use aviary_store::{ListPage, PageKeys, Profile, StoreError, Visibility};
use aviary_web::{ApiError, Page, PageQuery};

use crate::state::ProfilesState;

/// A list of people that belongs to a user.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PeopleList {
    Followers,
    Following,
    Blocked,
    Muted,
}

impl PeopleList {
    /// The list's name in its cursors.
    fn name(self) -> &'static str {
        match self {
            Self::Followers => "followers",
            Self::Following => "following",
            Self::Blocked => "blocked",
            Self::Muted => "muted",
        }
    }

    /// Does the list leave out a person with these blocks and mutes between them and the viewer?
    fn leaves_out(self, hide: Visibility) -> bool {
        match self {
            Self::Followers | Self::Following => hide.is_block(),
            // The caller reads these lists to unblock and to unmute.
            Self::Blocked | Self::Muted => false,
        }
    }

    async fn read(
        self,
        state: &ProfilesState,
        owner: UserId,
        after: Option<EdgeId>,
        limit: i32,
    ) -> Result<ListPage<UserId>, StoreError> {
        let relations = &state.relations;
        match self {
            Self::Followers => relations.followers(owner, after, limit).await,
            Self::Following => relations.following(owner, after, limit).await,
            Self::Blocked => relations.blocked(owner, after, limit).await,
            Self::Muted => relations.muted(owner, after, limit).await,
        }
    }
}

/// Shows the people of our own lists.
pub(crate) fn person(state: &ProfilesState) -> impl Fn(&Profile, bool) -> Person {
    let media = state.bucket.urls();
    move |profile, _| Person::of(profile, media)
}

/// A page of a user's list. `show` gets the profile of a person, and whether the caller follows them. Two round trips.
///
/// # Errors
/// 404 for an unknown `owner` and for an invalid cursor.
pub(crate) async fn show_list<P>(
    state: &ProfilesState,
    unconfirmed: Unconfirmed,
    list: PeopleList,
    owner: Option<UserId>,
    query: &PageQuery,
    show: impl Fn(&Profile, bool) -> P,
) -> Result<Page<P>, ApiError> {
    let name = owner.map(|owner| format!("{}/{owner}", list.name())).unwrap_or_default();
    // An unknown user and an invalid cursor are reported only after an invalid credential.
    let after = query.position_as::<EdgeId>(&name);
    let read = async {
        let (Some(owner), Ok(after)) = (owner, &after) else { return Ok((None, None)) };
        let page = list.read(state, owner, *after, query.limit());
        let (profile, page) = futures_util::future::try_join(state.profiles.by_id(owner), page).await?;
        Ok((profile, Some(page)))
    };
    let (caller, (profile, page)) = unconfirmed.confirm_with(read).await?;
    if owner.is_none() {
        return Err(ApiError::not_found());
    }
    after?;
    let (Some(_), Some(page)) = (profile, page) else { return Err(ApiError::not_found()) };
    let next = page.next.clone();
    let found = page.entries.into_iter().map(|id| (id, ())).collect();
    let keep = |hide, _: &Profile, (): &()| !list.leaves_out(hide);
    let people = visible_people(state, caller.user, found, keep, show).await?;
    Ok(query.page(&name, people.into_iter().map(|(person, ())| person).collect(), next))
}

/// The people who still exist and whom `keep` accepts, in the order of `found`, each with what was found. `show` gets the
/// profile of a person, and whether the viewer follows them. One round trip.
pub(crate) async fn visible_people<T, P>(
    state: &ProfilesState,
    viewer: UserId,
    found: Vec<(UserId, T)>,
    keep: impl Fn(Visibility, &Profile, &T) -> bool,
    show: impl Fn(&Profile, bool) -> P,
) -> Result<Vec<(P, T)>, ApiError> {
    let keys = found.iter().fold(PageKeys::by(Some(viewer)), |keys, (id, _)| keys.person(*id));
    let page_data = state.page_reads.read(&keys).await?;
    let people = found.into_iter().filter_map(|(id, hit)| {
        let profile = page_data.profile(id)?;
        let is_kept = keep(page_data.visibility(id), profile, &hit);
        is_kept.then(|| (show(profile, page_data.follows(id)), hit))
    });
    Ok(people.collect())
}
