//! `GET` and `DELETE /api/auth/sessions/`: the caller's sessions.

use aviary_accounts::end_sessions;
use aviary_auth::Unconfirmed;
use aviary_model::SessionId;
use aviary_store::{EndSessions, Session, SessionKind, Task};
use aviary_web::{ApiError, Client, Page, PageQuery, UnreadBody};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::state::AuthState;

const LIST: &str = "sessions";

/// A session of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginSession {
    /// The session's id, for `DELETE /api/auth/sessions/{id}/`.
    pub id: String,
    /// `device_token`, `refresh` or `web`.
    pub kind: &'static str,
    /// The time of the login.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The time of the last use, to the hour.
    #[schema(format = DateTime)]
    pub last_used_at: String,
    /// The client's IP address at login.
    pub address: String,
    /// The client's `User-Agent` at login.
    pub user_agent: String,
    /// Whether this request uses the session.
    pub current: bool,
}

/// Lists the caller's sessions, newest first.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "accounts",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of sessions", body = Page<LoginSession>),
        (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
        (status = 404, description = "The cursor is invalid", body = Detail),
    ))]
pub async fn list_sessions(
    State(state): State<AuthState>,
    unconfirmed: Unconfirmed,
    page: PageQuery,
) -> Result<Json<Page<LoginSession>>, ApiError> {
    let user = unconfirmed.user();
    let place = page.position_as::<SessionId>(LIST);
    let before = place.as_ref().ok().copied().flatten();
    let read = state.tables.credentials.sessions(user, before, page.limit());
    let (caller, sessions) = unconfirmed.confirm_with(read).await?;
    place?;
    let now = state.clock.now();
    let alive = sessions
        .sessions
        .into_iter()
        .filter(|(_, session)| session.epoch == caller.epoch && !session.has_ended(now))
        .map(|(sid, session)| shown(sid, session, caller.sid));
    Ok(Json(page.page(LIST, alive.collect(), sessions.next.map(|sid| sid.to_string()))))
}

fn shown(sid: SessionId, session: Session, current: SessionId) -> LoginSession {
    LoginSession {
        id: sid.to_string(),
        kind: match session.kind {
            SessionKind::DeviceToken => "device_token",
            SessionKind::Refresh => "refresh",
            SessionKind::Web => "web",
        },
        created_at: session.created_at.to_string(),
        last_used_at: session.last_used_at.unwrap_or(session.created_at).to_string(),
        address: session.address,
        user_agent: session.user_agent,
        current: sid == current,
    }
}

/// Ends all sessions of the caller except the one of this request.
#[utoipa::path(delete, path = "/api/auth/sessions", tag = "accounts", responses(
    (status = 204, description = "The other sessions have ended"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn end_other_sessions(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    UnreadBody(form): UnreadBody,
) -> Result<StatusCode, ApiError> {
    let caller = unconfirmed.with_form(&form).confirm().await?;
    let end = EndSessions { epoch: caller.epoch, keep: Some(caller.sid) };
    end_sessions(&state.account, &client, caller.user, end, Task::SweepSessions { user: caller.user }).await?;
    Ok(StatusCode::NO_CONTENT)
}
