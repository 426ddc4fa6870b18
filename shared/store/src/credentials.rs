//! The items that verify a caller: principals, sessions and the pointers to sessions.
//!
//! `U#<id> / PRINCIPAL` and `U#<id> / S#<sid>` share a partition, and one `BatchGetItem` reads both to verify a token.
//! `TOKEN#<hash>` and `WEB#<hash>` point from a device token or a session cookie to its session. The secrets themselves
//! are not stored.

pub(crate) mod idempotency_keys;
pub(crate) mod keys;
pub(crate) mod limit_counters;
pub(crate) mod live_sessions;
pub(crate) mod one_time_tokens;
pub(crate) mod refresh_families;
pub(crate) mod returned_mail;
pub(crate) mod session;
pub(crate) mod session_list;
pub(crate) mod sign_in;
pub(crate) mod signing_keys;
pub(crate) mod staff;

use aviary_model::{SessionId, Timestamp, UserId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::credentials::keys::{pointer_key, principal_key, session_key, token_pk, web_pk};
use crate::credentials::session::Session;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, item, number};
use crate::dynamodb::pages::id_behind;
use crate::dynamodb::table::CredentialsTable;

/// A user's basic rights. Raising `epoch` ends every session that was made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Sessions of an earlier epoch are invalid.
    pub epoch: u32,
    /// Whether the user may act.
    pub active: bool,
    /// Whether the user is staff.
    pub staff: bool,
}

/// A caller's principal and session, as they were read for this request.
#[derive(Clone, Debug)]
pub struct CallerState {
    /// The principal. `None` if the account is gone.
    pub principal: Option<Principal>,
    /// The session. `None` if it was removed.
    pub session: Option<Session>,
}

impl CallerState {
    /// The session, if it is valid: it has not ended, it is of the current epoch, and its user is active.
    #[must_use]
    pub fn live_session(self, now: Timestamp) -> Option<Session> {
        let principal = self.principal.filter(|principal| principal.active)?;
        self.session.filter(|session| session.epoch == principal.epoch && !session.has_ended(now))
    }
}

/// The session that a secret's hash points to, and its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    pub(crate) user_id: UserId,
    pub(crate) sid: SessionId,
}

/// The `credentials` table.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(crate) table: CredentialsTable,
}

impl Credentials {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &CredentialsTable) -> Self {
        Self { table: table.clone() }
    }

    /// The user's principal and session, read consistently. One round trip.
    pub async fn caller_state(&self, user: UserId, sid: SessionId) -> Result<CallerState, StoreError> {
        let (principal_key, session_key) = (principal_key(user), session_key(user, sid));
        let keys = vec![principal_key.clone(), session_key.clone()];
        let mut standing = CallerState { principal: None, session: None };
        for found in self.table.batch_get(keys).await? {
            if principal_key.is_of(&found) {
                standing.principal = Some(self.table.read(found)?);
            } else {
                standing.session = Some(self.table.read(found)?);
            }
        }
        Ok(standing)
    }

    /// The user's principal. One round trip.
    pub async fn principal(&self, user: UserId) -> Result<Option<Principal>, StoreError> {
        self.table.get(principal_key(user)).await
    }

    /// The principals of these users, in no order; those of deleted accounts are left out. What was written within the
    /// last seconds may be missing. One round trip, none without users.
    pub async fn principals(&self, users: &[UserId]) -> Result<Vec<(UserId, Principal)>, StoreError> {
        let keys = users.iter().map(|user| principal_key(*user)).collect();
        let found = self.table.batch_get_many_lagging(keys).await?;
        let read = |item: Item| {
            let user = id_behind(&item, "pk", "U#");
            self.table.read(item).map(|principal| user.map(|user| (user, principal)))
        };
        found.into_iter().filter_map(|item| read(item).transpose()).collect()
    }

    /// The user and session of the device token with this hash. One round trip.
    pub async fn by_device_token(&self, hash: &str) -> Result<Option<(UserId, SessionId)>, StoreError> {
        self.pointed(pointer_key(&token_pk(hash))).await
    }

    /// The user and session of the session cookie with this hash. One round trip.
    pub async fn by_web_session(&self, hash: &str) -> Result<Option<(UserId, SessionId)>, StoreError> {
        self.pointed(pointer_key(&web_pk(hash))).await
    }

    /// Health check: reads a key that no item has. One round trip.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.table.get::<IgnoredAny>(Key::new("HEALTH", "HEALTH")).await.map(|_| ())
    }

    async fn pointed(&self, key: Key) -> Result<Option<(UserId, SessionId)>, StoreError> {
        let pointer = self.table.get::<Pointer>(key).await?;
        Ok(pointer.map(|pointer| (pointer.user_id, pointer.sid)))
    }
}

/// The item of a new user who has so many sessions.
pub(crate) fn principal_item(user: UserId, principal: Principal, sessions: usize) -> Result<Item, StoreError> {
    let mut item = item(principal_key(user), &principal, [])?;
    item.insert("sessions".to_owned(), number(sessions));
    Ok(item)
}
