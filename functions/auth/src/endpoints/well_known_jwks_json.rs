//! `GET /.well-known/jwks.json`: the public keys that verify tokens (RFC 7517, RFC 8037).

use aviary_web::ApiError;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::AuthState;

/// A JWK set (RFC 7517 §5).
#[derive(Debug, Serialize, ToSchema)]
pub struct JwkSet {
    /// The public keys that have not expired.
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key (RFC 8037).
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
    /// The key's id, equal to `kid` in the header of its tokens.
    pub kid: String,
    /// The public key in base64url.
    pub x: String,
}

/// Returns the public keys that verify tokens.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "accounts", responses(
    (status = 200, description = "The public keys", body = JwkSet),
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
