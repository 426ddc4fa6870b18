//! `GET /api/users/<username>/friends/`.

use aviary_auth::Unconfirmed;
use aviary_model::UserId;
use aviary_store::PageKeys;
use aviary_web::{ApiError, Client, PathText};
use axum::Json;
use axum::extract::State;
use futures_util::future::{try_join, try_join3};
use serde::Serialize;
use utoipa::ToSchema;

use crate::named_user::owner_of;
use crate::response::{avatar_url, is_deleted};
use crate::state::UsersState;

/// How many friends are shown, the newest of them. Each costs two read units.
const MAX_FRIENDS: i32 = 100;

/// A user's friends.
#[derive(Debug, Serialize, ToSchema)]
// The generator of clients in Python writes no class whose name is that of its member.
#[schema(as = FriendList)]
pub struct Friends {
    /// The users whom the user follows, the newest 100, newest first.
    pub friends: Vec<Friend>,
}

/// A friend.
#[derive(Debug, Serialize, ToSchema)]
pub struct Friend {
    /// The username.
    pub username: String,
    /// The URL of the picture; the default picture's if the friend has none.
    pub avatar_url: String,
    /// Whether the friend is online, as far as the caller may know.
    pub is_online: bool,
}

/// Whom a user follows, the newest 100. Three round trips.
#[utoipa::path(get, path = "/api/users/{username}/friends", tag = "originals",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "The friends", body = Friends),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown username, or the profile is deleted"),
    ))]
pub async fn list_friends(
    State(state): State<UsersState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
) -> Result<Json<Friends>, ApiError> {
    let (caller, owner) = owner_of(&state, unconfirmed, &username).await?;
    let read = try_join(state.profiles.by_id(owner), state.relations.following(owner, None, MAX_FRIENDS));
    let (profile, page) = read.await?;
    profile.filter(|profile| !is_deleted(profile)).ok_or_else(ApiError::not_found)?;
    let (me, ids) = ([caller.user], page.entries);
    let keys = ids.iter().fold(PageKeys::by(Some(caller.user)), |keys, id| keys.author(*id));
    let follow_back = state.relations.follows_among(&ids, &me);
    let online = state.presences.online(&ids, state.clock.now());
    let (page_data, follow_back, online) = try_join3(state.page_reads.read(&keys), follow_back, online).await?;
    let may_know =
        |id: UserId| id == caller.user || (page_data.follows(id) && follow_back.contains(&(caller.user, id)));
    let shown = ids.iter().filter(|id| !page_data.visibility(**id).is_block());
    let friends = shown.filter_map(|id| {
        let profile = page_data.profile(*id)?;
        Some(Friend {
            username: profile.username.as_str().to_owned(),
            avatar_url: avatar_url(profile, state.bucket.urls(), &client),
            is_online: may_know(*id) && online.contains(id),
        })
    });
    Ok(Json(Friends { friends: friends.collect() }))
}
