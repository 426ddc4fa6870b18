//! The confirmed caller of a request, for its log line and the audit trail.

use std::sync::{Arc, OnceLock};

use aviary_model::UserId;
use axum::extract::FromRequestParts;
use http::request::Parts;

/// Lets a handler add the caller to the log line.
#[derive(Clone, Debug, Default)]
pub struct RequestLog(Arc<OnceLock<UserId>>);

impl RequestLog {
    /// Sets the caller. Only the first call counts.
    pub fn user(&self, id: UserId) {
        // A second call could only repeat the first.
        let _ = self.0.set(id);
    }

    /// The caller, once confirmed.
    #[must_use]
    pub fn caller(&self) -> Option<UserId> {
        self.0.get().copied()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestLog {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
