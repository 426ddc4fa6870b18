//! `POST /auth/jwt/create/` (document 004) and `POST /api/auth/obtain_token/` (document 000): a pair of
//! tokens for a name and a password.

use aviary_auth::Lifetime;
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::{Detail, LoginBody, TokenPair};
use crate::flows::form_fields::name_and_password;
use crate::flows::login::{SessionsToOpen, authenticate, no_active_account, open, opened};
use crate::state::AuthState;

/// Signs in with a name (or address) and a password. Three steps.
#[utoipa::path(post, path = "/auth/jwt/create", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A new pair of tokens", body = TokenPair),
    (status = 400, description = "Fields are missing or not texts"),
    (status = 401, description = "Name or password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn jwt_create(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenPair>, ApiError> {
    let (name, password) = name_and_password(&form)?;
    let signed_in = authenticate(&state, &client, &name, password).await?.ok_or_else(no_active_account)?;
    let to_open = SessionsToOpen { pair: Some(Lifetime::Access), ..SessionsToOpen::default() };
    let (_, sessions) = open(&state, &client, signed_in, to_open).await?;
    opened(sessions.pair).map(Json)
}
