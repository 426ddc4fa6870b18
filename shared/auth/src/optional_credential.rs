//! Extractors for routes on which a credential is optional.

use aviary_model::UserId;
use aviary_store::StoreError;
use aviary_web::ApiError;
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::authenticator::Authenticator;
use crate::credential;
use crate::unconfirmed::Unconfirmed;

/// The caller named by the `Authorization` header, or `None` if it is absent or has a foreign scheme. Cookies are
/// ignored. A header with an invalid credential is refused.
#[derive(Clone, Debug)]
pub struct HeaderUnconfirmed(pub Option<Unconfirmed>);

impl<S> FromRequestParts<S> for HeaderUnconfirmed
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match credential::of(&parts.headers)? {
            Some(_) => Unconfirmed::from_request_parts(parts, state).await.map(Some).map(Self),
            None => Ok(Self(None)),
        }
    }
}

/// A caller or an anonymous client, for routes that anyone may call: an invalid credential counts as none.
#[derive(Clone, Debug)]
pub struct MaybeUnconfirmed(Option<Unconfirmed>);

impl<S> FromRequestParts<S> for MaybeUnconfirmed
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Unconfirmed::from_request_parts(parts, state).await {
            Ok(unconfirmed) => Ok(Self(Some(unconfirmed))),
            Err(error) if error.status().is_client_error() => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

impl MaybeUnconfirmed {
    /// As [`Unconfirmed::confirm_with`], but the caller is `None` if the account or the session has ended.
    ///
    /// # Errors
    /// Those of the read, or when DynamoDB does not answer.
    pub async fn confirm_with<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Option<UserId>, T), ApiError> {
        let Some(unconfirmed) = self.0 else { return Ok((None, read.await?)) };
        let (caller, read) = futures_util::join!(unconfirmed.confirm(), read);
        match caller {
            Ok(caller) => Ok((Some(caller.user), read?)),
            Err(error) if error.status().is_client_error() => Ok((None, read?)),
            Err(error) => Err(error),
        }
    }
}
