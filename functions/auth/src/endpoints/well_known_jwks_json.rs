//! `GET /.well-known/jwks.json`: the public keys (RFC 7517, RFC 8037).

use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::AuthState;

/// A JWK set.
#[derive(Debug, Serialize, ToSchema)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk {
    /// Always `OKP`.
    pub kty: &'static str,
    /// Always `Ed25519`.
    pub crv: &'static str,
    /// Always `EdDSA`.
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub used_for: &'static str,
    /// The key's name in tokens.
    pub kid: String,
    /// The key.
    pub x: String,
}

/// All keys that tokens may be signed with. One step.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "accounts", responses(
    (status = 200, description = "The keys", body = JwkSet),
))]
pub async fn jwks(State(state): State<AuthState>) -> Result<impl IntoResponse, ApiError> {
    let now = state.clock.now().seconds();
    let keys = state.tables.credentials.public_keys().await?;
    let keys = keys.into_iter().filter(|key| key.expires_at.is_none_or(|end| end > now)).map(|key| Jwk {
        kty: "OKP",
        crv: "Ed25519",
        alg: "EdDSA",
        used_for: "sig",
        kid: key.kid,
        x: key.x,
    });
    Ok(([(CACHE_CONTROL, "public, max-age=300")], Json(JwkSet { keys: keys.collect() })))
}
