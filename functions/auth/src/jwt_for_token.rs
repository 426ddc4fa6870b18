//! `GET` and `POST /api/jwt/` (document 002): a token pair for a device token.

use aviary_auth::{Lifetime, Unconfirmed};
use aviary_web::{ApiError, Client, Payload};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AuthState;
use crate::answers::Detail;
use crate::events::{activity, record};
use crate::signing_in::{SessionsToOpen, prepare, there};

/// A pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwtAnswer {
    /// Calls the API for 5 minutes.
    pub access: String,
    /// Gets new tokens for 24 hours.
    pub refresh: String,
}

/// Opens a refresh family for whoever is signed in already. Three steps with a device token.
#[utoipa::path(get, path = "/api/jwt", tag = "accounts", responses(
    (status = 200, description = "A new pair of tokens", body = JwtAnswer),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn get_jwt(
    State(state): State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    Payload(form): Payload,
) -> Result<Json<JwtAnswer>, ApiError> {
    let caller = unconfirmed.with_form(&form).confirm().await?;
    state.issuer.freshen().await?;
    let wanted = SessionsToOpen { pair: Some(Lifetime::Access), ..SessionsToOpen::default() };
    let (sign_in, opened) = prepare(&state, &client, caller.user, caller.epoch, &[], wanted)?;
    let sign_in = sign_in.with_activity(&state.tables.activities, &activity(&state, &client, "login")?)?;
    let (written, ()) =
        futures_util::join!(sign_in.commit(&state.db), record(&state, &client, "login", Some(caller.user)));
    written?;
    let pair = there(opened.pair)?;
    Ok(Json(JwtAnswer { access: pair.access, refresh: pair.refresh }))
}

/// The same by `POST`.
#[utoipa::path(post, path = "/api/jwt", tag = "accounts", responses(
    (status = 200, description = "A new pair of tokens", body = JwtAnswer),
    (status = 401, description = "No credential, or one that does not count", body = Detail),
))]
pub async fn post_jwt(
    state: State<AuthState>,
    client: Client,
    unconfirmed: Unconfirmed,
    payload: Payload,
) -> Result<Json<JwtAnswer>, ApiError> {
    get_jwt(state, client, unconfirmed, payload).await
}
