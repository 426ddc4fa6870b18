//! `GET` and `POST /api/jwt/` (document 002): a token pair for a caller with another credential.

use aviary_auth::{Lifetime, Unconfirmed};
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::Detail;
use crate::flows::login::{SessionsToOpen, opened, prepare};
use crate::security_events::{audit, security_event};
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
    let caller = unconfirmed.with_form(&form).confirm().await?;
    state.issuer.freshen().await?;
    let to_open = SessionsToOpen { pair: Some(Lifetime::Access), ..SessionsToOpen::default() };
    let (sign_in, sessions) = prepare(&state, &client, caller.user, caller.epoch, &[], to_open)?;
    // It may have been used last an hour ago, as far as is stored.
    let sign_in = sign_in.keeping(caller.sid);
    let sign_in = sign_in.with_activity(&state.tables.activities, &security_event(&state, &client, "login")?)?;
    let (written, ()) = futures_util::join!(sign_in.commit(), audit(&state, &client, "login", Some(caller.user)));
    written?;
    let pair = opened(sessions.pair)?;
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
