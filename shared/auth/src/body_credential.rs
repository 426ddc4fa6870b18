//! The extractor for routes whose credential is a token in the body.

use aviary_web::{ApiError, RequestLog};
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::authenticator::Authenticator;
use crate::limits::RowCount;
use crate::token::Claims;
use crate::unconfirmed::Unconfirmed;

/// Makes an [`Unconfirmed`] of a verified token, so that a request that needs no other credential is confirmed and
/// counted like every other one.
#[derive(Clone, Debug)]
pub struct BodyCredential {
    row: RowCount,
    authenticator: Authenticator,
    log: RequestLog,
}

impl BodyCredential {
    /// The owner of the token with these claims.
    #[must_use]
    pub fn of(self, claims: &Claims) -> Unconfirmed {
        Unconfirmed::of_token(claims, self.row, self.authenticator, self.log)
    }
}

impl<S> FromRequestParts<S> for BodyCredential
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let authenticator = Authenticator::from_ref(state);
        let log = RequestLog::from_request_parts(parts, state).await.unwrap_or_default();
        let row = RowCount::of(parts, &authenticator.limiter).await?;
        Ok(Self { row, authenticator, log })
    }
}
