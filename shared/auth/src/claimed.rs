//! The first half of authentication: a credential whose form and signature hold.

use aviary_model::{SessionId, UserId};
use aviary_store::{Credentials, Standing, StoreError};
use aviary_web::{ApiError, Client, Cookies, Form, RequestLog};
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::credential::{self, Credential, refused};
use crate::csrf::CsrfProof;
use crate::{Caller, TokenError, TokenKind, TrustedOrigins, Verifier, digest};

/// What it takes to tell who is calling; part of every function's state.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Verifies tokens.
    pub verifier: Verifier,
    /// Knows sessions.
    pub credentials: Credentials,
    /// Whose pages may use cookies.
    pub trusted: TrustedOrigins,
    /// The time.
    pub clock: std::sync::Arc<dyn aviary_model::Clock>,
}

/// How the caller showed who it is.
#[derive(Clone, Debug)]
pub(crate) enum Via {
    Jwt,
    DeviceToken,
    Web(CsrfProof),
}

/// Somebody who has shown a credential. Whether it still counts is not known before
/// [`Claimed::confirm`]; reads may run beside that, writes wait for it.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub(crate) user: UserId,
    pub(crate) sid: SessionId,
    pub(crate) via: Via,
    guard: Guard,
    log: RequestLog,
}

impl<S> FromRequestParts<S> for Claimed
where
    S: Send + Sync,
    Guard: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let guard = Guard::from_ref(state);
        let log = RequestLog::from_request_parts(parts, state).await.unwrap_or_default();
        let (user, sid, via) = match credential::of(&parts.headers)? {
            Some(Credential::Jwt(token)) => {
                let claims = guard.verifier.verify(&token, Some(TokenKind::Access)).await?;
                let claims = claims.map_err(TokenError::as_credential)?;
                (claims.user, claims.sid, Via::Jwt)
            }
            Some(Credential::DeviceToken(token)) => {
                let found = guard.credentials.by_device_token(&digest(&token)).await?;
                let (user, sid) = found.ok_or_else(|| refused("Invalid token."))?;
                (user, sid, Via::DeviceToken)
            }
            None => {
                let cookies = Cookies::from_request_parts(parts, state).await?;
                let client = Client::from_request_parts(parts, state).await?;
                let (user, sid) = by_cookie(&guard, cookies).await?;
                (user, sid, Via::Web(CsrfProof::of(&parts.method, &parts.headers, &client)))
            }
        };
        Ok(Self { user, sid, via, guard, log })
    }
}

/// A cookie that names no session is what every anonymous client has.
async fn by_cookie(guard: &Guard, cookies: Cookies) -> Result<(UserId, SessionId), ApiError> {
    let session = cookies.session.ok_or_else(ApiError::not_authenticated)?;
    let found = guard.credentials.by_web_session(&digest(session.expose())).await?;
    found.ok_or_else(ApiError::not_authenticated)
}

impl Claimed {
    /// Whose credential it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Takes the CSRF token of a form, where the credential is a cookie.
    #[must_use]
    pub fn with_form(mut self, form: &Form) -> Self {
        if let Via::Web(proof) = self.via {
            self.via = Via::Web(proof.with_form(form));
        }
        self
    }

    /// Looks up whether the credential still counts. One step.
    ///
    /// # Errors
    /// 401 when the account or the session has ended, 403 when the CSRF check fails.
    pub async fn confirm(self) -> Result<Caller, ApiError> {
        let standing = self.guard.credentials.standing(self.user, self.sid).await?;
        self.judge(standing)
    }

    /// The same beside a first read of the handler's own: together one step.
    ///
    /// # Errors
    /// As [`Claimed::confirm`], before any error of the read.
    pub async fn confirm_beside<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Caller, T), ApiError> {
        let standing = self.guard.credentials.standing(self.user, self.sid);
        let (standing, read) = futures_util::join!(standing, read);
        let caller = self.judge(standing?)?;
        Ok((caller, read?))
    }

    fn judge(self, standing: Standing) -> Result<Caller, ApiError> {
        let caller = crate::caller::judge(&self, standing, self.guard.clock.now(), &self.guard.trusted)?;
        self.log.user(self.user);
        Ok(caller)
    }
}
