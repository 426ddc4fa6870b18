//! `POST /api/auth/refresh/` (clients of document 003): an alias of `POST /auth/jwt/refresh/`.

use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::Detail;
use crate::endpoints::auth_jwt_refresh::{RefreshBody, RefreshResponse, jwt_refresh};
use crate::state::AuthState;

/// Exchanges a refresh token for new tokens; same as `POST /auth/jwt/refresh/`.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "accounts", request_body = RefreshBody, responses(
    (status = 200, description = "New tokens", body = RefreshResponse),
    (status = 400, description = "The token is missing"),
    (status = 401, description = "The token is invalid or expired, or its session has ended", body = Detail),
    (status = 429, description = "Too many refreshes of this token and its successors", body = Detail),
))]
pub async fn api_refresh(
    state: State<AuthState>,
    client: Client,
    payload: Payload,
) -> Result<Json<RefreshResponse>, ApiError> {
    jwt_refresh(state, client, payload).await
}
