//! What the lists of people have in common.

use aviary_auth::Unconfirmed;
use aviary_model::{EdgeId, UserId};
use aviary_store::{Hide, ListPage, PageKeys, Profile, StoreError};
use aviary_web::{ApiError, Page, PageQuery};

use crate::ProfilesState;
use crate::answer::ShownPerson;

/// A list that belongs to somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    Followers,
    Following,
    Blocked,
    Muted,
}

impl List {
    fn word(self) -> &'static str {
        match self {
            Self::Followers => "followers",
            Self::Following => "following",
            Self::Blocked => "blocked",
            Self::Muted => "muted",
        }
    }

    /// Is somebody in it left out to whom the viewer stands like this?
    fn leaves_out(self, hide: Hide) -> bool {
        match self {
            Self::Followers | Self::Following => hide.is_block(),
            // One's own lists, which are there to be undone.
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

/// A page of the list of a user, who may not exist. Two steps.
pub(crate) async fn list(
    state: &ProfilesState,
    unconfirmed: Unconfirmed,
    list: List,
    owner: Option<UserId>,
    query: &PageQuery,
) -> Result<Page<ShownPerson>, ApiError> {
    let name = owner.map(|owner| format!("{}/{owner}", list.word())).unwrap_or_default();
    let after = query.place_as::<EdgeId>(&name);
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
    let found = page.entries.into_iter().map(|id| (id, id)).collect();
    let people = shown(state, caller.user, found, |hide, _, _| !list.leaves_out(hide)).await?;
    Ok(query.page(&name, people, next))
}

/// Those of the found who are still there and whom `keep` lets through, in their order. One step.
pub(crate) async fn shown<T>(
    state: &ProfilesState,
    viewer: UserId,
    found: Vec<(UserId, T)>,
    keep: impl Fn(Hide, &Profile, &T) -> bool,
) -> Result<Vec<ShownPerson>, ApiError> {
    let wanted = found.iter().fold(PageKeys::by(Some(viewer)), |wanted, (id, _)| wanted.person(*id));
    let seen = state.page_reads.read(&wanted).await?;
    let people = found.iter().filter_map(|(id, hit)| {
        let profile = seen.profile(*id)?;
        keep(seen.hide(*id), profile, hit).then(|| ShownPerson::of(profile, &state.bucket))
    });
    Ok(people.collect())
}
