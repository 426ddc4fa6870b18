//! What the log line of a request says that only its route and its handler know: the row of the table, and the
//! confirmed caller, whom the audit trail names too.

use std::sync::{Arc, OnceLock};

use aviary_model::UserId;
use axum::extract::FromRequestParts;
use http::request::Parts;

/// Lets a handler add the caller to the log line.
#[derive(Clone, Debug, Default)]
pub struct RequestLog(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    caller: OnceLock<UserId>,
    route: OnceLock<Arc<str>>,
}

impl RequestLog {
    /// Sets the caller. Only the first call counts.
    pub fn user(&self, id: UserId) {
        // A second call could only repeat the first.
        let _ = self.0.caller.set(id);
    }

    /// The caller, once confirmed.
    #[must_use]
    pub fn caller(&self) -> Option<UserId> {
        self.0.caller.get().copied()
    }

    /// Sets the path of the row that the request belongs to.
    pub(crate) fn set_route(&self, path: Arc<str>) {
        // A request has one row.
        let _ = self.0.route.set(path);
    }

    /// The path of the row. Unknown paths and preflights belong to none.
    pub(crate) fn route(&self) -> Option<&str> {
        self.0.route.get().map(|path| &**path)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestLog {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}
