//! `PUT /api/profiles/follow_status/<id>/`, `GET /api/profiles/get_followers/<id>/` and `GET
//! /api/profiles/get_following/<id>/` (document 000).

use aviary_auth::Unconfirmed;
use aviary_representation::{Brief, FOLLOWS_ONESELF};
use aviary_web::{ApiError, PageQuery, PathText, Payload};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::follow::begin_follow;
use crate::originals::raven::{NEWEST, brief};
use crate::people_lists::{PeopleList, show_list};
use crate::relation_target::relation_target;
use crate::state::ProfilesState;

/// What a write without another answer says.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowMessage {
    /// What was done.
    pub message: &'static str,
}

/// Follows a user, or ends it. Three round trips.
#[utoipa::path(put, path = "/api/profiles/follow_status/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 202, description = "The caller follows this user, or no longer does", body = FollowMessage),
        (status = 400, description = "The caller's own id, a user whom the caller blocks, or too many follows"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "This user blocks the caller"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn toggle_follow(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<FollowMessage>), ApiError> {
    let (caller, target) = relation_target(&state, unconfirmed, &form, &id, FOLLOWS_ONESELF).await?;
    let message = if target.is_followed() {
        state.relations.unfollow(caller.user, target).await?;
        "The user is no longer followed."
    } else {
        begin_follow(&state, &caller, &target).await?;
        "The user is followed."
    };
    Ok((StatusCode::ACCEPTED, Json(FollowMessage { message })))
}

/// A user's followers, the last first. Two round trips.
#[utoipa::path(get, path = "/api/profiles/get_followers/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The last 100 followers", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn list_followers(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<Brief>>, ApiError> {
    people(&state, unconfirmed, &id, PeopleList::Followers).await
}

/// The users whom a user follows, the last first. Two round trips.
#[utoipa::path(get, path = "/api/profiles/get_following/{id}", tag = "originals",
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The last 100 of them", body = Vec<Brief>),
        (status = 401, description = "Missing or invalid credential"),
        (status = 404, description = "Unknown user"),
    ))]
pub async fn list_following(
    State(state): State<ProfilesState>,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
) -> Result<Json<Vec<Brief>>, ApiError> {
    people(&state, unconfirmed, &id, PeopleList::Following).await
}

async fn people(
    state: &ProfilesState,
    unconfirmed: Unconfirmed,
    id: &str,
    list: PeopleList,
) -> Result<Json<Vec<Brief>>, ApiError> {
    let first = PageQuery::first(NEWEST);
    let page = show_list(state, unconfirmed, list, id.parse().ok(), &first, brief(state)).await?;
    Ok(Json(page.results))
}
