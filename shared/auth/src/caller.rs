//! The second half of authentication: the account is active and the session goes on.

use aviary_model::{SessionId, Timestamp, UserId};
use aviary_store::{CallerState, Principal, SessionKind};
use aviary_web::ApiError;
use http::StatusCode;

use crate::credential::refused;
use crate::unconfirmed::Via;
use crate::{TokenError, TrustedOrigins, Unconfirmed};

/// Somebody who may act. Only made by looking it up.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The user.
    pub user: UserId,
    /// The session that the request belongs to.
    pub sid: SessionId,
    /// What kind of session it is.
    pub kind: SessionKind,
    /// The principal's epoch, as it was read.
    pub epoch: u32,
    /// Is the user staff?
    pub staff: bool,
}

impl Caller {
    /// May this caller act on what belongs to `owner`? Staff may too.
    ///
    /// # Errors
    /// 403 otherwise.
    pub fn must_own(&self, owner: UserId) -> Result<(), ApiError> {
        if self.user == owner || self.staff { Ok(()) } else { Err(ApiError::permission_denied()) }
    }
}

pub(crate) fn judge(
    unconfirmed: &Unconfirmed,
    standing: CallerState,
    now: Timestamp,
    trusted: &TrustedOrigins,
) -> Result<Caller, ApiError> {
    let unauthorized = |detail, code| ApiError::code(StatusCode::UNAUTHORIZED, detail, code);
    let principal = standing.principal.ok_or_else(|| unauthorized("User not found", "user_not_found"))?;
    if !principal.active {
        return Err(unauthorized("User is inactive", "user_inactive"));
    }
    let session = standing
        .session
        .filter(|session| session.epoch == principal.epoch && !session.has_ended(now))
        .ok_or_else(|| ended(&unconfirmed.via))?;
    if let Via::Web(proof) = &unconfirmed.via {
        proof.check(session.csrf_hash.as_deref(), trusted)?;
    }
    let Principal { epoch, staff, .. } = principal;
    Ok(Caller { user: unconfirmed.user, sid: unconfirmed.sid, kind: session.kind, epoch, staff })
}

fn ended(via: &Via) -> ApiError {
    match via {
        Via::Jwt => TokenError::Blacklisted.as_credential(),
        Via::DeviceToken => refused("Invalid token."),
        Via::Web(_) => ApiError::not_authenticated(),
    }
}
