//! `POST /api/auth/user/logout_all/` (document 000).

use aviary_accounts::end_sessions;
use aviary_auth::Unconfirmed;
use aviary_store::{EndSessions, Task};
use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use http::StatusCode;

use crate::bodies::Detail;
use crate::state::AuthState;

/// Ends every session and token of the caller.
#[utoipa::path(post, path = "/api/auth/user/logout_all", tag = "accounts", responses(
    (status = 205, description = "Every session and token has ended"),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn logout_all(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<StatusCode, ApiError> {
    let caller = unconfirmed.with_form(&form).confirm().await?;
    let end = EndSessions { epoch: caller.epoch, keep: None };
    end_sessions(&state.account, &client, caller.user, end, Task::SweepSessions { user: caller.user }).await?;
    Ok(StatusCode::RESET_CONTENT)
}
