//! `DELETE /api/auth/sessions/<id>/`.

use aviary_accounts::audit;
use aviary_auth::Unconfirmed;
use aviary_model::SessionId;
use aviary_web::{ApiError, Client, PathText, UnreadBody};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::state::AuthState;

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "accounts",
    params(("id" = String, Path, description = "The session's id")),
    responses(
        (status = 204, description = "The session has ended"),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 404, description = "The caller has no such session", body = Detail),
    ))]
pub async fn end_session(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    PathText(id): PathText,
    UnreadBody(form): UnreadBody,
) -> Result<StatusCode, ApiError> {
    let user = unconfirmed.user();
    let sid: Option<SessionId> = id.parse().ok();
    let read = async {
        match sid {
            Some(sid) => Ok(state.tables.credentials.session(user, sid).await?.map(|session| (sid, session))),
            None => Ok(None),
        }
    };
    let (caller, found) = unconfirmed.with_form(&form).confirm_with(read).await?;
    let now = state.clock.now();
    let found = found.filter(|(_, session)| session.epoch == caller.epoch && !session.has_ended(now));
    let (sid, session) = found.ok_or_else(ApiError::not_found)?;
    let (ended, ()) = futures_util::join!(
        state.tables.credentials.end_session(user, sid, &session),
        audit(&state.account, &client, "session_ended", Some(user)),
    );
    ended?;
    Ok(StatusCode::NO_CONTENT)
}
