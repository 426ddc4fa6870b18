//! `POST /api/auth/logout/` (document 002, and clients of document 003).

use aviary_auth::{BodyCredential, Unconfirmed};
use aviary_web::{ApiError, Client, Cookies, Payload};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::bodies::Detail;
use crate::flows::logout::{LogoutBody, end_all, logged_out, shown_sessions};
use crate::state::AuthState;

/// Ends every session that the request shows, and keeps the integers stored under them.
///
/// It may show the web session of the cookie, the session of a JWT in the header, and the family of a refresh token in
/// the body. A device token stays: `POST /auth/token/logout/` ends it.
#[utoipa::path(post, path = "/api/auth/logout", tag = "accounts", request_body = LogoutBody, responses(
    (status = 200, description = "The sessions have ended; the response sets new anonymous cookies", body = Detail),
    (status = 401, description = "The request shows nothing that is valid", body = Detail),
    (status = 403, description = "The CSRF check failed", body = Detail),
))]
pub async fn logout(
    State(state): State<AuthState>,
    client: Client,
    caller: Result<Unconfirmed, ApiError>,
    in_body: BodyCredential,
    cookies: Cookies,
    Payload(form): Payload,
) -> Result<impl IntoResponse, ApiError> {
    let shown = shown_sessions(&state, caller, in_body, &cookies, &form).await?;
    end_all(&state, &client, &shown).await?;
    logged_out(&state)
}
