//! `POST /api/auth/token/` (document 003's own name for it): an alias of `POST /api/auth/login/`.

use aviary_web::{ApiError, Client, Payload};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::bodies::{Detail, LoginBody};
use crate::endpoints::api_auth_login::{WebLoginResponse, web_login};
use crate::state::AuthState;

/// Logs in and returns a token pair and a device token; same as `POST /api/auth/login/`.
#[utoipa::path(post, path = "/api/auth/token", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "The new credentials; the response sets cookies", body = WebLoginResponse),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn api_token(
    state: State<AuthState>,
    client: Client,
    payload: Payload,
) -> Result<impl IntoResponse, ApiError> {
    web_login(state, client, payload).await
}
