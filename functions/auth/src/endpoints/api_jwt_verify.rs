//! `POST /api/jwt/verify/` (document 002): an alias of `POST /auth/jwt/verify/`.

use aviary_web::{ApiError, Payload};
use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::bodies::Detail;
use crate::endpoints::auth_jwt_verify::{VerifyBody, jwt_verify};
use crate::state::AuthState;

/// Checks whether a token is valid; same as `POST /auth/jwt/verify/`.
#[utoipa::path(post, path = "/api/jwt/verify", tag = "accounts", request_body = VerifyBody, responses(
    (status = 200, description = "The token is valid; the body is an empty object"),
    (status = 400, description = "The token is missing"),
    (status = 401, description = "The token is invalid or expired, or its session has ended", body = Detail),
))]
pub async fn api_jwt_verify(state: State<AuthState>, payload: Payload) -> Result<Json<Value>, ApiError> {
    jwt_verify(state, payload).await
}
