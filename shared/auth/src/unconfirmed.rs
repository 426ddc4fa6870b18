//! [`Unconfirmed`]: the extractor that verifies a credential, and its confirmation, which looks the session up.

use std::future::ready;

use aviary_model::{SessionId, Timestamp, UserId};
use aviary_store::{CallerState, Principal, StoreError};
use aviary_web::{ApiError, Client, Cookies, Form, RequestLog};
use axum::extract::{FromRef, FromRequestParts};
use http::StatusCode;
use http::request::Parts;

use crate::authenticator::{Authenticator, AuthenticatorParts};
use crate::caller::Caller;
use crate::credential::{self, Credential, refused};
use crate::csrf::CsrfProof;
use crate::digest::digest;
use crate::limits::{AccountCounts, RowCount};
use crate::token::{Claims, TokenError, TokenKind};

/// A session's last use is written at most once in this time.
const LAST_USE_MILLIS: i64 = 3_600_000;

/// The kind of credential that the request carries.
#[derive(Clone, Debug)]
enum Via {
    Jwt,
    DeviceToken,
    WebSession(CsrfProof),
}

/// Why a credential of the right form does not count.
enum Ended {
    UserGone,
    UserInactive,
    Session,
}

/// simplejwt's 401 for a token whose user was deleted.
#[must_use]
pub fn user_not_found() -> ApiError {
    ApiError::code(StatusCode::UNAUTHORIZED, "User not found", "user_not_found")
}

/// simplejwt's 401 for a token whose user was deactivated.
#[must_use]
pub fn user_inactive() -> ApiError {
    ApiError::code(StatusCode::UNAUTHORIZED, "User is inactive", "user_inactive")
}

/// The owner of a credential whose form and signature are valid. Whether its account and session still exist is unknown
/// until [`Unconfirmed::confirm`]. Reads may run concurrently with that; writes need the [`Caller`] that it returns.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    user: UserId,
    sid: SessionId,
    via: Via,
    row: RowCount,
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
        let row = RowCount::of(parts, &authenticator.limiter).await?;
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
        Ok(Self { user, sid, via, row, authenticator, log })
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
    /// The owner of a token in the body, whose form and signature are valid.
    pub(crate) fn of_token(claims: &Claims, row: RowCount, authenticator: Authenticator, log: RequestLog) -> Self {
        Self { user: claims.user, sid: claims.sid, via: Via::Jwt, row, authenticator, log }
    }

    /// The user that the credential belongs to.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The session that the credential names.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.sid
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

    /// Says that the request writes although its method is `GET`: a cookie then needs the CSRF token.
    #[must_use]
    pub fn that_writes(mut self) -> Self {
        if let Via::WebSession(proof) = self.via {
            self.via = Via::WebSession(proof.of_a_write());
        }
        self
    }

    /// Looks up the account and the session, then counts the request against the limit that its row names. Costs one
    /// round trip, and a second one for a limit of the account or, at most once an hour per session, for its last use.
    ///
    /// # Errors
    /// 401 when the account or the session has ended, 403 when the CSRF check fails, 429 above the limit.
    pub async fn confirm(self) -> Result<Caller, ApiError> {
        self.confirm_with(ready(Ok(()))).await.map(|(caller, ())| caller)
    }

    /// As [`Unconfirmed::confirm`], concurrently with the handler's first read: both cost one round trip together.
    ///
    /// # Errors
    /// As [`Unconfirmed::confirm`]. A 429 of the address comes first, then errors of the credential, of the read, and the
    /// 429 of the account.
    pub async fn confirm_with<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<(Caller, T), ApiError> {
        self.confirm_counting(read, |_| AccountCounts::default()).await
    }

    /// As [`Unconfirmed::confirm_with`], and counts together with the row's limit what the request counts beside it,
    /// such as bytes, or a change that only the read shows. If one of them is over its limit, none is spent.
    ///
    /// # Errors
    /// As [`Unconfirmed::confirm_with`].
    pub async fn confirm_counting<T>(
        self,
        read: impl Future<Output = Result<T, StoreError>>,
        counts: impl FnOnce(&T) -> AccountCounts,
    ) -> Result<(Caller, T), ApiError> {
        let AuthenticatorParts { credentials, limiter, clock, .. } = &*self.authenticator;
        let state = credentials.caller_state(self.user, self.sid);
        // The address is nobody's account, so it is counted beside the reads.
        let (state, read, within) = futures_util::join!(state, read, limiter.count_address(&self.row));
        within?;
        let (state, now) = (state?, clock.now());
        let last_used = state.session.as_ref().and_then(|session| session.last_used_at);
        let mut caller = self.judge(state, now)?;
        self.log.user(self.user);
        let read = read?;
        let used = async {
            match last_used {
                Some(used) if now.millis() - used.millis() < LAST_USE_MILLIS => Ok(()),
                _ => credentials.used(self.user, self.sid, now).await,
            }
        };
        let counting = limiter.count_request(&mut caller, self.row.of_account(), counts(&read));
        let (used, counted) = futures_util::join!(used, counting);
        counted?;
        used?;
        Ok((caller, read))
    }

    /// Decides whether the credential is still valid. Makes no call.
    fn judge(&self, caller_state: CallerState, now: Timestamp) -> Result<Caller, ApiError> {
        let principal = caller_state.principal.ok_or_else(|| self.refusal(Ended::UserGone))?;
        if !principal.active {
            return Err(self.refusal(Ended::UserInactive));
        }
        let session = caller_state
            .session
            .filter(|session| session.epoch == principal.epoch && !session.has_ended(now))
            .ok_or_else(|| self.refusal(Ended::Session))?;
        if let Via::WebSession(proof) = &self.via {
            proof.check(session.csrf_hash.as_deref(), &self.authenticator.trusted)?;
        }
        let Principal { epoch, staff, .. } = principal;
        let (user, sid, kind) = (self.user, self.sid, session.kind);
        Ok(Caller { user, sid, kind, epoch, staff, counted: Vec::new() })
    }

    /// The 401 of a credential that has ended. Only a JWT says why: of the others nothing is left after a deletion, so
    /// that they have one text all the time.
    fn refusal(&self, ended: Ended) -> ApiError {
        match self.via {
            Via::Jwt => match ended {
                Ended::UserGone => user_not_found(),
                Ended::UserInactive => user_inactive(),
                Ended::Session => TokenError::Blacklisted.as_credential(),
            },
            Via::DeviceToken => refused("Invalid token."),
            Via::WebSession(_) => ApiError::not_authenticated(),
        }
    }
}
