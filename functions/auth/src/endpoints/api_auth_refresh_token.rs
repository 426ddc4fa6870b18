//! `POST /api/auth/refresh_token/` (document 000): new tokens for a refresh token.

use aviary_auth::{Lifetime, Refreshed};
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::Detail;
use crate::endpoints::auth_jwt_refresh::{RefreshBody, RefreshResponse, exchange};
use crate::state::AuthState;

/// Exchanges a refresh token for new tokens, as `POST /auth/jwt/refresh/` does.
///
/// The access token lives for 12 hours if the family began at `obtain_token` or `user/register`.
#[utoipa::path(post, path = "/api/auth/refresh_token", tag = "accounts", request_body = RefreshBody, responses(
    (status = 200, description = "New tokens", body = RefreshResponse),
    (status = 400, description = "The token is missing"),
    (status = 401, description = "The token is invalid or expired, or its session has ended", body = Detail),
))]
pub async fn refresh_token(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<RefreshResponse>, ApiError> {
    let lifetime = |refreshed: &Refreshed| if refreshed.long_access { Lifetime::LongAccess } else { Lifetime::Access };
    exchange(&state, &client, &form, lifetime).await.map(Json)
}
