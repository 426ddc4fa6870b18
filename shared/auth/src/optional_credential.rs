//! Extractors for routes on which a credential is optional.

use aviary_model::UserId;
use aviary_store::StoreError;
use aviary_web::ApiError;
use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;

use crate::authenticator::Authenticator;
use crate::credential;
use crate::limits::RowCount;
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
pub struct MaybeUnconfirmed {
    unconfirmed: Option<Unconfirmed>,
    row: RowCount,
    authenticator: Authenticator,
}

impl<S> FromRequestParts<S> for MaybeUnconfirmed
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let authenticator = Authenticator::from_ref(state);
        let row = RowCount::of(parts, &authenticator.limiter).await?;
        let unconfirmed = match Unconfirmed::from_request_parts(parts, state).await {
            Ok(unconfirmed) => Some(unconfirmed),
            Err(error) if error.status().is_client_error() => None,
            Err(error) => return Err(error),
        };
        Ok(Self { unconfirmed, row, authenticator })
    }
}

impl MaybeUnconfirmed {
    /// The user that the credential belongs to, if there is one. Whether it still counts is unknown until it is
    /// confirmed.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.unconfirmed.as_ref().map(Unconfirmed::user)
    }

    /// As [`Unconfirmed::confirm_with`], but the caller is `None` if the account or the session has ended. A limit of
    /// addresses holds for everybody.
    ///
    /// # Errors
    /// Those of the read, 429 above the row's limit, or when DynamoDB does not answer.
    pub async fn confirm_with<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Option<UserId>, T), ApiError> {
        let Some(unconfirmed) = self.unconfirmed else {
            let (within, read) = futures_util::join!(self.authenticator.limiter.count_address(&self.row), read);
            within?;
            return Ok((None, read?));
        };
        let (caller, read) = futures_util::join!(unconfirmed.confirm(), read);
        match caller {
            Ok(caller) => Ok((Some(caller.user), read?)),
            Err(error) if matches!(error.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Ok((None, read?))
            }
            Err(error) => Err(error),
        }
    }
}
