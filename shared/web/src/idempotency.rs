//! `Idempotency-Key`: a request that may be sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aviary_model::{Timestamp, UserId};
use aviary_store::{ClaimOutcome, Credentials, IdempotencyClaim};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

use crate::ApiError;

/// The longest key; a UUID has 36.
pub(crate) const MAX_CHARACTERS: usize = 255;

/// The request's key, if it has one. Only a route that says in the table that it creates something hands one out.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    key: Option<String>,
    claimed: Arc<AtomicBool>,
}

/// What a key means for a request.
#[derive(Debug)]
pub enum IdempotentRequest {
    /// Do the work. With a key, settle it in the work's own transaction, or release it if it is refused.
    New(Option<IdempotencyClaim>),
    /// The work was done; this was kept of it.
    Repeat(String),
}

impl IdempotencyKey {
    /// The key in the headers; a blank one is none.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let value = headers.get("idempotency-key");
        let key = value.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
        Self { key: key.filter(|key| !key.is_empty()), claimed: Arc::default() }
    }

    /// Was a key sent? Without one the body's digest is needed by nobody.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.key.is_some()
    }

    /// False if there is a key that nobody has claimed.
    pub(crate) fn was_heeded(&self) -> bool {
        self.key.is_none() || self.claimed.load(Ordering::Relaxed)
    }

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
    ) -> Result<IdempotentRequest, ApiError> {
        let Some(key) = &self.key else { return Ok(IdempotentRequest::New(None)) };
        self.claimed.store(true, Ordering::Relaxed);
        if key.chars().count() > MAX_CHARACTERS {
            let text = format!("Idempotency-Key may have {MAX_CHARACTERS} characters.");
            return Err(ApiError::detail(StatusCode::BAD_REQUEST, text));
        }
        let caller = user.map_or_else(|| body.to_owned(), |user| user.to_string());
        let hash = hex::encode(Sha256::digest(format!("{operation}\n{caller}\n{key}").as_bytes()));
        match credentials.claim_idempotency_key(user, &hash, body, now).await? {
            ClaimOutcome::New(claim) => Ok(IdempotentRequest::New(Some(claim))),
            ClaimOutcome::Done(result) => Ok(IdempotentRequest::Repeat(result)),
            ClaimOutcome::UnderWay => {
                Err(ApiError::detail(StatusCode::CONFLICT, "A request with this Idempotency-Key is under way."))
            }
            ClaimOutcome::OtherBody => Err(ApiError::detail(
                StatusCode::UNPROCESSABLE_ENTITY,
                "This Idempotency-Key was used for a request with another body.",
            )),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::internal("the table of routes does not say that this one creates something");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
