//! `PATCH /api/users/update_last_seen/<username>/`.

use aviary_auth::Unconfirmed;
use aviary_model::NameKey;
use aviary_web::{ApiError, Fields, Form, PathText, Payload, body};
use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;

use crate::response::Done;
use crate::state::UsersState;

body! {
    /// Whether the caller is there.
    pub struct LastSeenBody {
        /// True: the caller is online for five minutes. False: no longer.
        is_online as "isOnline": bool = required_boolean(),
    }
}

/// Says that the caller is online for five minutes, or no longer. Nobody else may, staff neither. Three round trips;
/// two within a minute of the last time.
#[utoipa::path(patch, path = "/api/users/update_last_seen/{username}", tag = "originals",
    request_body = LastSeenBody,
    params(("username" = String, Path, description = "The caller's own username")),
    responses(
        (status = 200, description = "It is known", body = Done),
        (status = 400, description = "No `isOnline`"),
        (status = 401, description = "Missing or invalid credential"),
        (status = 403, description = "Another user's name"),
        (status = 404, description = "Unknown username"),
    ))]
pub async fn update_last_seen(
    State(state): State<UsersState>,
    unconfirmed: Unconfirmed,
    PathText(username): PathText,
    Payload(form): Payload,
) -> Result<Json<Done>, ApiError> {
    let name = NameKey::of(&username);
    let read = try_join(state.profiles.owner_of(&name), state.presences.of(unconfirmed.user()));
    let (caller, (owner, was)) = unconfirmed.with_form(&form).confirm_with(read).await?;
    if owner.ok_or_else(ApiError::not_found)? != caller.user {
        return Err(ApiError::permission_denied());
    }
    let now = state.clock.now();
    match is_online(&form)? {
        true => state.presences.seen(caller.user, was, now).await?,
        false => state.presences.left(caller.user, was, now).await?,
    }
    Ok(Json(Done { message: "Last seen updated" }))
}

fn is_online(form: &Form) -> Result<bool, ApiError> {
    let mut fields = Fields::of(form);
    let is_online = LastSeenBody::read(&mut fields).is_online;
    fields.finish(is_online)
}
