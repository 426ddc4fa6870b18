//! `POST /api/auth/del-logout/` (document 002).

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Cookies, Payload};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::bodies::Detail;
use crate::flows::web_logout::{StoredIntegers, log_out};
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
    log_out(&state, &client, unconfirmed, cookies, &form, StoredIntegers::Removed).await
}
