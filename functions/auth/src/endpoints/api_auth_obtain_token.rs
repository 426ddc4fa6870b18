//! `POST /api/auth/obtain_token/` (document 000): a token pair for a username and a password.

use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::{Detail, LoginBody, TokenPair};
use crate::endpoints::auth_jwt_create::create_pair;
use crate::flows::login::NewPair;
use crate::state::AuthState;

/// Logs in and returns a token pair, the access token for 12 hours.
///
/// Over HTTP/2 document 000's client does not notice that a token has expired, so it would be thrown out every five
/// minutes. The token ends with its session all the same.
#[utoipa::path(post, path = "/api/auth/obtain_token", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A new pair of tokens", body = TokenPair),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn obtain_token(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenPair>, ApiError> {
    create_pair(&state, &client, &form, NewPair::Long).await.map(Json)
}
