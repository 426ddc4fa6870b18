//! [`Caller`]: an active user with a session that has not ended.

use aviary_model::{SessionId, UserId};
use aviary_store::SessionKind;
use aviary_web::ApiError;

use crate::limits::Counted;

/// A user whose account and session were looked up for this request. Only [`Unconfirmed::confirm`] and its relatives
/// make one, and they count the request against the limit of its row. Other limits of an account ask for a caller too.
///
/// [`Unconfirmed::confirm`]: crate::Unconfirmed::confirm
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user's id.
    pub user: UserId,
    /// The session that the request belongs to.
    pub sid: SessionId,
    /// The kind of that session.
    pub kind: SessionKind,
    /// The principal's epoch when it was read; a write that depends on it uses it as a condition.
    pub epoch: u32,
    /// Whether the user is staff.
    pub staff: bool,
    /// What the request has counted against limits of the account.
    pub(crate) counted: Vec<Counted>,
}

impl Caller {
    /// Requires that the caller is `owner` or staff.
    ///
    /// # Errors
    /// 403 otherwise.
    pub fn must_own(&self, owner: UserId) -> Result<(), ApiError> {
        if self.user == owner || self.staff { Ok(()) } else { Err(ApiError::permission_denied()) }
    }

    /// Requires that the caller is `owner`, where the request acts as them. Staff may not.
    ///
    /// # Errors
    /// 403 otherwise.
    pub fn must_be(&self, owner: UserId) -> Result<(), ApiError> {
        if self.user == owner { Ok(()) } else { Err(ApiError::permission_denied()) }
    }
}
