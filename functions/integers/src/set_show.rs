//! `GET /integers/set/` (document 002), its parameters in the body or the query.

use aviary_auth::Unconfirmed;
use aviary_model::SetId;
use aviary_web::{ApiError, Cookies, Fields};
use axum::extract::State;
use http::StatusCode;

use crate::IntegersState;
use crate::answer::{Answer, ShownOwnSet, say_encoding};
use crate::content::read;
use crate::download;
use crate::params::IntegerParams;
use crate::place::Place;

/// A set. Two steps.
#[utoipa::path(get, path = "/integers/set", tag = "integers",
    params(
        ("set_id" = String, Query, description = "The set; may be in the body too"),
        ("session_id" = Option<String>, Query, description = "Its session; the web session's, or `default`, if it is not sent"),
        ("download" = Option<bool>, Query, description = "Whether the integers are wanted as a file"),
        ("user_id" = Option<String>, Query, description = "The caller's id, username or device token, if sent"),
    ),
    responses(
        (status = 200, description = "The set", body = ShownOwnSet),
        (status = 400, description = "No set is named, or what is wrong with which parameter"),
        (status = 401, description = "No credential, or one that does not count"),
        (status = 403, description = "`user_id` is somebody else"),
        (status = 404, description = "The caller has no such set"),
        (status = 429, description = "Too many or too large downloads"),
    ))]
pub async fn set_show(
    State(state): State<IntegersState>,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    IntegerParams(form): IntegerParams,
) -> Result<Answer, ApiError> {
    let (caller, open) = Place::of(&form).open(&state, unconfirmed, &cookies, &form).await?;
    let wants_file = download::is_wanted(&form)?;
    let mut fields = Fields::of(&form);
    let id = fields.required("set_id", SetId::parse);
    let id = fields.finish(id)?;
    let found = match open.manifest {
        Some(_) => state.integers.set(&open, &id).await?,
        None => None,
    };
    let found = read(&state, &open, found.ok_or_else(ApiError::not_found)?).await?;
    let (set, json) = found.ok_or_else(ApiError::not_found)?;
    let user = caller.user.to_string();
    let members = [("user_id", user.as_str()), ("session_id", open.session.as_str()), ("set_id", id.as_str())];
    let mut answer = Answer::new(StatusCode::OK, members, "integers", json);
    say_encoding(&mut answer.members, set.encoding);
    download::offer(&state, caller.user, &open.session, answer, wants_file).await
}
