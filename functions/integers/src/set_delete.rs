//! `DELETE /integers/set/` (document 002).

use aviary_auth::Unconfirmed;
use aviary_model::SetId;
use aviary_web::{ApiError, Cookies, Fields};
use axum::Json;
use axum::extract::State;

use crate::IntegersState;
use crate::answer::GoneSet;
use crate::params::IntegerParams;
use crate::place::Place;

/// Removes a set; with its last one its session is gone. Three steps.
#[utoipa::path(delete, path = "/integers/set", tag = "integers",
    params(
        ("set_id" = String, Query, description = "The set; may be in the body too"),
        ("session_id" = Option<String>, Query, description = "Its session; the web session's, or `default`, if it is not sent"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "It is gone", body = GoneSet),
        (status = 400, description = "No set is named"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such set"),
    ))]
pub async fn set_delete(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<Json<GoneSet>, ApiError> {
    let (_, open) = Place::of(&form).open(&state, unconfirmed, &cookies, &form).await?;
    let mut fields = Fields::of(&form);
    let id = fields.required("set_id", SetId::parse);
    let id = fields.finish(id)?;
    if state.integers.delete_set(&open, &id, state.clock.now()).await? {
        Ok(Json(GoneSet { set_id: id.as_str().to_owned() }))
    } else {
        Err(ApiError::not_found())
    }
}
