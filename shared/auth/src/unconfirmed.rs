//! The first half of authentication: a credential whose form and signature hold.

use aviary_model::{SessionId, UserId};
use aviary_runtime::{Start, StartError};
use aviary_store::{CallerState, Credentials, Db, StoreError};
use aviary_web::{ApiError, Client, Cookies, Form, RequestLog};
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::credential::{self, Credential, refused};
use crate::csrf::CsrfProof;
use crate::{Caller, TokenError, TokenKind, TrustedOrigins, Verifier, digest, fresh_seconds};

/// How exact a session's last use is.
const USED_MILLIS: i64 = 3_600_000;

/// What it takes to tell who is calling; part of every function's state.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// Verifies tokens.
    pub verifier: Verifier,
    /// Knows sessions.
    pub credentials: Credentials,
    /// Whose pages may use cookies.
    pub trusted: TrustedOrigins,
    /// The time.
    pub clock: std::sync::Arc<dyn aviary_model::Clock>,
}

impl Authenticator {
    /// Reads the settings and the public keys, during init. One step, which opens the connection to DynamoDB.
    ///
    /// # Errors
    /// When a setting is missing, or DynamoDB does not answer.
    pub async fn start(start: &Start, db: &Db) -> Result<Self, StartError> {
        let credentials = Credentials::new(db.clone(), start.settings.required("AVIARY_CREDENTIALS_TABLE")?);
        let fresh = fresh_seconds(&start.settings)?;
        let verifier = Verifier::new(credentials.clone(), start.clock.clone()).fresh_for(fresh);
        verifier.warm().await?;
        let trusted = TrustedOrigins::of(&start.settings);
        Ok(Self { verifier, credentials, trusted, clock: start.clock.clone() })
    }
}

/// How the caller showed who it is.
#[derive(Clone, Debug)]
pub(crate) enum Via {
    Jwt,
    DeviceToken,
    Web(CsrfProof),
}

/// Somebody who has shown a credential. Whether it still counts is not known before
/// [`Unconfirmed::confirm`]; reads may run beside that, writes wait for it.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    pub(crate) user: UserId,
    pub(crate) sid: SessionId,
    pub(crate) via: Via,
    authenticator: Authenticator,
    log: RequestLog,
}

impl<S> FromRequestParts<S> for Unconfirmed
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let authenticator = Authenticator::from_ref(state);
        let log = RequestLog::from_request_parts(parts, state).await.unwrap_or_default();
        let (user, sid, via) = match credential::of(&parts.headers)? {
            Some(Credential::Jwt(token)) => {
                let claims = authenticator.verifier.verify(&token, Some(TokenKind::Access)).await?;
                let claims = claims.map_err(TokenError::as_credential)?;
                (claims.user, claims.sid, Via::Jwt)
            }
            Some(Credential::DeviceToken(token)) => {
                let found = authenticator.credentials.by_device_token(&digest(&token)).await?;
                let (user, sid) = found.ok_or_else(|| refused("Invalid token."))?;
                (user, sid, Via::DeviceToken)
            }
            None => {
                let cookies = Cookies::from_request_parts(parts, state).await?;
                let client = Client::from_request_parts(parts, state).await?;
                let (user, sid) = by_cookie(&authenticator, cookies).await?;
                (user, sid, Via::Web(CsrfProof::of(&parts.method, &parts.headers, &client)))
            }
        };
        Ok(Self { user, sid, via, authenticator, log })
    }
}

/// The credential of the `Authorization` header alone. None without one of ours; a bad one is refused.
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

/// Somebody or nobody, for routes that are anyone's: a credential that is not valid is ignored there.
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
    /// As [`Unconfirmed::confirm_with`]; a credential that does not count any more is nobody's.
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

/// A cookie that names no session is what every anonymous client has.
async fn by_cookie(authenticator: &Authenticator, cookies: Cookies) -> Result<(UserId, SessionId), ApiError> {
    let session = cookies.session.ok_or_else(ApiError::not_authenticated)?;
    let found = authenticator.credentials.by_web_session(&digest(session.expose())).await?;
    found.ok_or_else(ApiError::not_authenticated)
}

impl Unconfirmed {
    /// Whose credential it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Is the credential a web session's cookie?
    #[must_use]
    pub fn is_web(&self) -> bool {
        matches!(self.via, Via::Web(_))
    }

    /// Takes the CSRF token of a form, where the credential is a cookie.
    #[must_use]
    pub fn with_form(mut self, form: &Form) -> Self {
        if let Via::Web(proof) = self.via {
            self.via = Via::Web(proof.with_form(form));
        }
        self
    }

    /// The session that a cookie of the same user names, for who ends it beside another credential.
    ///
    /// # Errors
    /// 401 if there is none, or it is another's.
    pub async fn web_session(&self, cookies: Cookies) -> Result<SessionId, ApiError> {
        match by_cookie(&self.authenticator, cookies).await? {
            (user, sid) if user == self.user => Ok(sid),
            _ => Err(ApiError::not_authenticated()),
        }
    }

    /// Looks up whether the credential still counts. One step.
    ///
    /// # Errors
    /// 401 when the account or the session has ended, 403 when the CSRF check fails.
    pub async fn confirm(self) -> Result<Caller, ApiError> {
        let standing = self.authenticator.credentials.standing(self.user, self.sid).await?;
        self.judge(standing).await
    }

    /// The same beside a first read of the handler's own: together one step.
    ///
    /// # Errors
    /// As [`Unconfirmed::confirm`], before any error of the read.
    pub async fn confirm_with<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Caller, T), ApiError> {
        let standing = self.authenticator.credentials.standing(self.user, self.sid);
        let (standing, read) = futures_util::join!(standing, read);
        let caller = self.judge(standing?).await?;
        Ok((caller, read?))
    }

    /// A session's last use is noted at most once an hour: that hour's first request has one step more.
    async fn judge(self, standing: CallerState) -> Result<Caller, ApiError> {
        let now = self.authenticator.clock.now();
        let used = standing.session.as_ref().and_then(|session| session.last_used_at);
        let caller = crate::caller::judge(&self, standing, now, &self.authenticator.trusted)?;
        self.log.user(self.user);
        if used.is_none_or(|used| now.millis() - used.millis() >= USED_MILLIS) {
            self.authenticator.credentials.used(self.user, self.sid, now).await?;
        }
        Ok(caller)
    }
}
