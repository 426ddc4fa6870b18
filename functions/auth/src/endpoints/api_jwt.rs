//! `GET` and `POST /api/jwt/` (document 002): a token pair for a caller with another credential.

use aviary_auth::Unconfirmed;
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::login::open_pair;
use crate::state::AuthState;

/// A new pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwtResponse {
    /// The access token, valid for 5 minutes.
    pub access: String,
    /// The refresh token, valid for 24 hours.
    pub refresh: String,
}

/// Opens a new session for the caller and returns its token pair.
///
/// A `GET` writes here, so a session cookie needs the CSRF token for it too.
#[utoipa::path(get, path = "/api/jwt", tag = "accounts", responses(
    (status = 200, description = "A new pair of tokens", body = JwtResponse),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn get_jwt(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<JwtResponse>, ApiError> {
    let caller = unconfirmed.that_writes().with_form(&form).confirm().await?;
    let pair = open_pair(&state, &client, &caller).await?;
    Ok(Json(JwtResponse { access: pair.access, refresh: pair.refresh }))
}

/// Opens a new session for the caller and returns its token pair; same as `GET`.
#[utoipa::path(post, path = "/api/jwt", tag = "accounts", responses(
    (status = 200, description = "A new pair of tokens", body = JwtResponse),
    (status = 401, description = "The credential is missing, invalid or has ended", body = Detail),
))]
pub async fn post_jwt(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<JwtResponse>, ApiError> {
    get_jwt(state, client, unconfirmed, payload).await
}
