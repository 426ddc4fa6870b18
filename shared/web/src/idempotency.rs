//! The `Idempotency-Key` header: a client may safely repeat the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aviary_model::{Timestamp, UserId};
use aviary_store::{ClaimOutcome, Credentials, IdempotencyClaim};
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// The longest key, in characters. A UUID has 36.
pub(crate) const MAX_CHARACTERS: usize = 255;

/// The request's key, if it was sent. Only routes whose row says `creates` provide it.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    key: Option<String>,
    claimed: Arc<AtomicBool>,
}

/// Whether a request is new or a repeat.
#[derive(Debug)]
pub enum IdempotentRequest {
    /// The request is new. With a key, complete the claim in the transaction of the write, or release it on a refusal.
    New(Option<IdempotencyClaim>),
    /// The request was completed before; this is its stored result.
    Repeat(String),
}

impl IdempotencyKey {
    /// Reads the header. A blank key counts as none.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let value = headers.get("idempotency-key");
        let key = value.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned());
        Self { key: key.filter(|key| !key.is_empty()), claimed: Arc::default() }
    }

    /// Whether the handler claimed the key, or there was none.
    pub(crate) fn was_claimed_if_sent(&self) -> bool {
        self.key.is_none() || self.claimed.load(Ordering::Relaxed)
    }

    /// Claims the key for an operation of a user. A signup has no user yet, so the body's digest takes its place. Without a
    /// key this is no round trip and the body is not hashed; with a key it is one.
    ///
    /// # Errors
    /// 409 while the first request with this key is under way, 422 if its body was another, 400 for a key that is too
    /// long.
    pub async fn claim(
        &self,
        credentials: &Credentials,
        operation: &str,
        user: Option<UserId>,
        body: impl FnOnce() -> String,
        now: Timestamp,
    ) -> Result<IdempotentRequest, ApiError> {
        let Some(key) = &self.key else { return Ok(IdempotentRequest::New(None)) };
        self.claimed.store(true, Ordering::Relaxed);
        if key.chars().count() > MAX_CHARACTERS {
            let text = format!("Idempotency-Key may have {MAX_CHARACTERS} characters.");
            return Err(ApiError::detail(StatusCode::BAD_REQUEST, text));
        }
        let body = body();
        let caller = user.map_or_else(|| body.clone(), |user| user.to_string());
        let hash = hex::encode(Sha256::digest(format!("{operation}\n{caller}\n{key}").as_bytes()));
        match credentials.claim_idempotency_key(user, &hash, &body, now).await? {
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
        let missing = || ApiError::internal("the route is not in the table as one that creates something");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
