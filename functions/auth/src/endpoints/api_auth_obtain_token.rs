//! `POST /api/auth/obtain_token/` (document 000): an alias of `POST /auth/jwt/create/`.

use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::{Detail, LoginBody, TokenPair};
use crate::endpoints::auth_jwt_create::jwt_create;
use crate::state::AuthState;

/// Logs in and returns a token pair; same as `POST /auth/jwt/create/`.
#[utoipa::path(post, path = "/api/auth/obtain_token", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A new pair of tokens", body = TokenPair),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn obtain_token(
    state: State<AuthState>,
    client: Client,
    payload: Payload,
) -> Result<Json<TokenPair>, ApiError> {
    jwt_create(state, client, payload).await
}
