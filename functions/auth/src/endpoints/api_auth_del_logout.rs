//! `POST /api/auth/del-logout/` (document 002).

use aviary_accounts::audit;
use aviary_auth::Unconfirmed;
use aviary_model::IntegerSession;
use aviary_store::{SessionKind, Task};
use aviary_web::{ApiError, Client, Cookies, Payload};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::bodies::Detail;
use crate::flows::logout::{ShownSession, logged_out, session_of_cookie};
use crate::state::AuthState;

/// Ends the caller's web session and removes the integers stored under it.
///
/// A job that is written in the same transaction removes them.
#[utoipa::path(post, path = "/api/auth/del-logout", tag = "accounts", responses(
    (status = 200, description = "The session has ended; the response sets new anonymous cookies", body = Detail),
    (status = 401, description = "The request has no web session", body = Detail),
    (status = 403, description = "The CSRF check failed", body = Detail),
))]
pub async fn del_logout(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    Payload(form): Payload,
) -> Result<impl IntoResponse, ApiError> {
    let confirmed = unconfirmed.with_form(&form).confirm();
    let (caller, shown) = futures_util::join!(confirmed, session_of_cookie(&state, &cookies));
    let (caller, shown) = (caller?, shown?);
    let shown = shown.filter(|shown| shown.user == caller.user && shown.session.kind == SessionKind::Web);
    let ShownSession { user, sid, session } = shown.ok_or_else(ApiError::not_authenticated)?;
    let hash = session.web_hash().ok_or_else(ApiError::not_authenticated)?;
    let (credentials, jobs) = (&state.tables.credentials, &state.tables.jobs);
    let task = Task::DeleteIntegerSession { user, session: IntegerSession::of_web(hash), round: 0 };
    let job = jobs.job(task, state.clock.now())?;
    let ending = credentials.end_session_with(user, sid, &session, (jobs, &job));
    let (ended, ()) = futures_util::join!(ending, audit(&state.account, &client, "logout", Some(user)));
    ended?;
    logged_out(&state)
}
