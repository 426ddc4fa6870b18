//! `POST /api/auth/refresh_token/` (document 000): an alias of `POST /auth/jwt/refresh/`.

use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::Detail;
use crate::endpoints::auth_jwt_refresh::{RefreshBody, RefreshResponse, jwt_refresh};
use crate::state::AuthState;

/// Exchanges a refresh token for new tokens; same as `POST /auth/jwt/refresh/`.
#[utoipa::path(post, path = "/api/auth/refresh_token", tag = "accounts", request_body = RefreshBody, responses(
    (status = 200, description = "New tokens", body = RefreshResponse),
    (status = 400, description = "The token is missing"),
    (status = 401, description = "The token is invalid or expired, or its session has ended", body = Detail),
))]
pub async fn refresh_token(
    state: State<AuthState>,
    client: Client,
    payload: Payload,
) -> Result<Json<RefreshResponse>, ApiError> {
    jwt_refresh(state, client, payload).await
}
