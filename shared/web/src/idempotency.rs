//! `Idempotency-Key`: a request that may be sent again.

use std::convert::Infallible;

use aviary_model::{Timestamp, UserId};
use aviary_store::{Credentials, Once, OnceClaim};
use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use sha2::{Digest, Sha256};

use crate::ApiError;

/// The longest key; a UUID has 36.
const MAX_CHARACTERS: usize = 255;

/// The request's key, if it has one.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Option<String>);

/// What a key means for a request.
#[derive(Debug)]
pub enum Claim {
    /// Do the work. With a key, settle it in the work's own transaction, or release it if it is refused.
    Fresh(Option<OnceClaim>),
    /// The work was done; this was kept of it.
    Done(String),
}

impl IdempotencyKey {
    /// Claims the key for an operation of a user. At signup, where there is none, the body's digest stands in the
    /// user's place. No step without a key, one with it.
    ///
    /// # Errors
    /// 409 while the first request with this key is under way, 422 if it had another body, 400 for a key that
    /// is too long.
    pub async fn claim(
        &self,
        credentials: &Credentials,
        operation: &str,
        user: Option<UserId>,
        body: &str,
        now: Timestamp,
    ) -> Result<Claim, ApiError> {
        let Some(key) = &self.0 else { return Ok(Claim::Fresh(None)) };
        if key.chars().count() > MAX_CHARACTERS {
            let text = format!("Idempotency-Key may have {MAX_CHARACTERS} characters.");
            return Err(ApiError::detail(StatusCode::BAD_REQUEST, text));
        }
        let caller = user.map_or_else(|| body.to_owned(), |user| user.to_string());
        let hash = hex::encode(Sha256::digest(format!("{operation}\n{caller}\n{key}").as_bytes()));
        match credentials.claim_once(user, &hash, body, now).await? {
            Once::Claimed(claim) => Ok(Claim::Fresh(Some(claim))),
            Once::Done(result) => Ok(Claim::Done(result)),
            Once::UnderWay => {
                Err(ApiError::detail(StatusCode::CONFLICT, "A request with this Idempotency-Key is under way."))
            }
            Once::OtherBody => Err(ApiError::detail(
                StatusCode::UNPROCESSABLE_ENTITY,
                "This Idempotency-Key was used for a request with another body.",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get("idempotency-key");
        let key = value.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
        Ok(Self(key.filter(|key| !key.is_empty())))
    }
}
