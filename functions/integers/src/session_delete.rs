//! `DELETE /integers/session/` (document 002, which also spells its parameter `sessioin_id`).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Cookies};
use axum::Json;
use axum::extract::State;

use crate::IntegersState;
use crate::answer::GoneSession;
use crate::params::IntegerParams;
use crate::place::Place;

/// Removes a session with all its sets; it must be named. Three steps.
#[utoipa::path(delete, path = "/integers/session", tag = "integers",
    params(
        ("session_id" = String, Query, description = "The session; may be in the body too, and spelt `sessioin_id`"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "It is gone", body = GoneSession),
        (status = 400, description = "No session is named"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such session"),
    ))]
pub async fn session_delete(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<Json<GoneSession>, ApiError> {
    let (caller, open) = Place::of(&form).must_be_named().open(&state, unconfirmed, &cookies, &form).await?;
    if state.integers.delete_session(caller.user, &open.session, state.clock.now()).await? {
        Ok(Json(GoneSession { session_id: open.session.as_str().to_owned() }))
    } else {
        Err(ApiError::not_found())
    }
}
