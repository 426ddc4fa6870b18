//! `POST /auth/jwt/create/` (document 004): a token pair for a username and a password.

use aviary_web::{ApiError, Client, Form, Payload};
use axum::Json;
use axum::extract::State;

use crate::bodies::{Detail, LoginBody, TokenPair};
use crate::flows::login::{NewPair, SessionsToOpen, authenticate, no_active_account, open, opened};
use crate::state::AuthState;

/// Logs in and returns a token pair.
#[utoipa::path(post, path = "/auth/jwt/create", tag = "accounts", request_body = LoginBody, responses(
    (status = 200, description = "A new pair of tokens", body = TokenPair),
    (status = 400, description = "A field is missing or is not a string"),
    (status = 401, description = "The username or the password is wrong", body = Detail),
    (status = 429, description = "Too many failed logins", body = Detail),
))]
pub async fn jwt_create(
    State(state): State<AuthState>,
    client: Client,
    Payload(form): Payload,
) -> Result<Json<TokenPair>, ApiError> {
    create_pair(&state, &client, &form, NewPair::Short).await.map(Json)
}

/// Logs in and opens a session of such a pair.
pub(crate) async fn create_pair(
    state: &AuthState,
    client: &Client,
    form: &Form,
    pair: NewPair,
) -> Result<TokenPair, ApiError> {
    let (name, password) = LoginBody::name_and_password(form)?;
    let signed_in = authenticate(state, client, &name, password).await?.ok_or_else(no_active_account)?;
    let to_open = SessionsToOpen { pair: Some(pair), ..SessionsToOpen::default() };
    let (_, sessions) = open(state, client, signed_in, to_open).await?;
    opened(sessions.pair)
}
