//! `POST /admin/logout/`: ends the own session.

use aviary_accounts::audit;
use aviary_web::{Payload, SessionCookies};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::refusal::Refusal;
use crate::state::AdminState;
use crate::visitor::Visitor;

/// Ends the web session of the cookie. Five round trips.
#[utoipa::path(post, path = "/admin/logout", tag = "administration",
    responses((status = 303, description = "Signed out; the response sets anonymous cookies")))]
pub async fn logout(
    State(state): State<AdminState>,
    visitor: Visitor,
    Payload(form): Payload,
) -> Result<Response, Refusal> {
    let staff = visitor.staff_with(&state, &form).await?;
    let (user, sid) = (staff.caller.user, staff.caller.sid);
    let credentials = &state.account.tables.credentials;
    if let Some(session) = credentials.session(user, sid).await? {
        let told = audit(&state.account, &staff.client, "logout", Some(user));
        let (ended, ()) = futures_util::join!(credentials.end_session(user, sid, &session), told);
        ended?;
    }
    let fresh = SessionCookies::new(state.account.entropy.as_ref())?;
    Ok((Extension(fresh), Redirect::to("/admin/login/")).into_response())
}
