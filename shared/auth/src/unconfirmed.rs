//! [`Unconfirmed`]: the extractor that verifies a credential, and its confirmation, which looks the session up.

use aviary_model::{SessionId, Timestamp, UserId};
use aviary_store::{CallerState, Principal, StoreError};
use aviary_web::{ApiError, Client, Cookies, Form, RequestLog};
use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;

use crate::authenticator::Authenticator;
use crate::caller::Caller;
use crate::credential::{self, Credential, refused};
use crate::csrf::CsrfProof;
use crate::digest::digest;
use crate::token::{TokenError, TokenKind};

/// A session's last use is written at most once in this time.
const LAST_USE_MILLIS: i64 = 3_600_000;

/// The kind of credential that the request carries.
#[derive(Clone, Debug)]
enum Via {
    Jwt,
    DeviceToken,
    WebSession(CsrfProof),
}

/// The owner of a credential whose form and signature are valid. Whether its account and session still exist is unknown
/// until [`Unconfirmed::confirm`]. Reads may run concurrently with that; writes need the [`Caller`] that it returns.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    user: UserId,
    sid: SessionId,
    via: Via,
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
                (user, sid, Via::WebSession(CsrfProof::of(&parts.method, &parts.headers, &client)))
            }
        };
        Ok(Self { user, sid, via, authenticator, log })
    }
}

/// The owner of the session cookie. An unknown cookie gets the same 401 as no cookie, because anonymous clients may
/// have one too.
async fn by_cookie(authenticator: &Authenticator, cookies: Cookies) -> Result<(UserId, SessionId), ApiError> {
    let session = cookies.session.ok_or_else(ApiError::not_authenticated)?;
    let found = authenticator.credentials.by_web_session(&digest(session.expose())).await?;
    found.ok_or_else(ApiError::not_authenticated)
}

impl Unconfirmed {
    /// The user that the credential belongs to.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whether the credential is the cookie of a web session.
    #[must_use]
    pub fn is_web(&self) -> bool {
        matches!(self.via, Via::WebSession(_))
    }

    /// Adds the CSRF token of a form; has no effect unless the credential is a cookie.
    #[must_use]
    pub fn with_form(mut self, form: &Form) -> Self {
        if let Via::WebSession(proof) = self.via {
            self.via = Via::WebSession(proof.with_form(form));
        }
        self
    }

    /// The web session that a cookie of the same user names, for a request that ends it and carries another credential.
    ///
    /// # Errors
    /// 401 if the cookie names no session, or another user's.
    pub async fn web_session(&self, cookies: Cookies) -> Result<SessionId, ApiError> {
        match by_cookie(&self.authenticator, cookies).await? {
            (user, sid) if user == self.user => Ok(sid),
            _ => Err(ApiError::not_authenticated()),
        }
    }

    /// Looks up the account and the session. Costs one round trip; at most once an hour per session a second one, which
    /// writes the session's last use.
    ///
    /// # Errors
    /// 401 when the account or the session has ended, 403 when the CSRF check fails.
    pub async fn confirm(self) -> Result<Caller, ApiError> {
        let caller_state = self.authenticator.credentials.caller_state(self.user, self.sid).await?;
        self.confirm_by(caller_state).await
    }

    /// As [`Unconfirmed::confirm`], concurrently with the handler's first read: both cost one round trip together.
    ///
    /// # Errors
    /// As [`Unconfirmed::confirm`], which come before an error of the read.
    pub async fn confirm_with<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Caller, T), ApiError> {
        let caller_state = self.authenticator.credentials.caller_state(self.user, self.sid);
        let (caller_state, read) = futures_util::join!(caller_state, read);
        let caller = self.confirm_by(caller_state?).await?;
        Ok((caller, read?))
    }

    /// Judges the state that was read, and writes the session's last use if the stored one is an hour old.
    async fn confirm_by(self, caller_state: CallerState) -> Result<Caller, ApiError> {
        let used = caller_state.session.as_ref().and_then(|session| session.last_used_at);
        let now = self.authenticator.clock.now();
        let caller = self.judge(caller_state, now)?;
        self.log.user(self.user);
        if used.is_none_or(|used| now.millis() - used.millis() >= LAST_USE_MILLIS) {
            self.authenticator.credentials.used(self.user, self.sid, now).await?;
        }
        Ok(caller)
    }

    /// Decides whether the credential is still valid. Makes no call.
    fn judge(&self, caller_state: CallerState, now: Timestamp) -> Result<Caller, ApiError> {
        let unauthorized = |detail, code| ApiError::code(StatusCode::UNAUTHORIZED, detail, code);
        let principal = caller_state.principal.ok_or_else(|| unauthorized("User not found", "user_not_found"))?;
        if !principal.active {
            return Err(unauthorized("User is inactive", "user_inactive"));
        }
        let session = caller_state
            .session
            .filter(|session| session.epoch == principal.epoch && !session.has_ended(now))
            .ok_or_else(|| self.session_ended())?;
        if let Via::WebSession(proof) = &self.via {
            proof.check(session.csrf_hash.as_deref(), &self.authenticator.trusted)?;
        }
        let Principal { epoch, staff, .. } = principal;
        Ok(Caller { user: self.user, sid: self.sid, kind: session.kind, epoch, staff })
    }

    /// The 401 of an ended session: each kind of credential has its own text.
    fn session_ended(&self) -> ApiError {
        match self.via {
            Via::Jwt => TokenError::Blacklisted.as_credential(),
            Via::DeviceToken => refused("Invalid token."),
            Via::WebSession(_) => ApiError::not_authenticated(),
        }
    }
}
