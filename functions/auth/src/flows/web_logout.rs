//! The two logouts of document 002, which end a web session.

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::{IntegerSession, SessionId};
use aviary_store::{Session, SessionKind, Task};
use aviary_web::{ApiError, Client, Cookies, Form, SessionCookies};
use axum::response::IntoResponse;
use axum::{Extension, Json};

use crate::bodies::Detail;
use crate::security_events::audit;
use crate::state::AuthState;

/// Whether the integers that were stored under the web session stay.
#[derive(Clone, Copy)]
pub(crate) enum StoredIntegers {
    Kept,
    Removed,
}

pub(crate) async fn log_out(
    state: &AuthState,
    client: &Client,
    unconfirmed: Unconfirmed,
    cookies: Cookies,
    form: &Form,
    stored: StoredIntegers,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let unconfirmed = unconfirmed.with_form(form);
    let other = unconfirmed.clone();
    let caller = unconfirmed.confirm().await?;
    // A client may send a token and cookies: the cookie's session ends.
    let sid = match caller.kind {
        SessionKind::Web => caller.sid,
        _ => other.web_session(cookies).await?,
    };
    end(state, client, &caller, sid, stored).await?;
    let fresh = SessionCookies::new(state.entropy.as_ref())?;
    let detail = "Successfully logged out.".to_owned();
    Ok((Extension(fresh), Json(Detail { detail })))
}

async fn end(
    state: &AuthState,
    client: &Client,
    caller: &Caller,
    sid: SessionId,
    stored: StoredIntegers,
) -> Result<(), ApiError> {
    let credentials = &state.tables.credentials;
    let session = credentials.session(caller.user, sid).await?;
    // A session that a raised epoch has ended stays in the table until a job removes it.
    let is_active = |session: &Session| session.epoch == caller.epoch && !session.has_ended(state.clock.now());
    let session = session.filter(|session| session.kind == SessionKind::Web && is_active(session));
    let session = session.ok_or_else(ApiError::not_authenticated)?;
    let ending = async {
        let hash = session.web_hash().filter(|_| matches!(stored, StoredIntegers::Removed));
        let Some(hash) = hash else { return credentials.end_session(caller.user, sid, &session).await };
        let jobs = &state.tables.jobs;
        let task = Task::DeleteIntegerSession { user: caller.user, session: IntegerSession::of_web(hash), round: 0 };
        let job = jobs.job(task, state.clock.now())?;
        credentials.end_session_with(caller.user, sid, &session, (jobs, &job)).await
    };
    let (ended, ()) = futures_util::join!(ending, audit(state, client, "logout", Some(caller.user)));
    Ok(ended?)
}
