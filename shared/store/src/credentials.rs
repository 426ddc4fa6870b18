//! What verifies a caller: principals, sessions, and the public keys of tokens.
//!
//! `U#<id> / PRINCIPAL` and `U#<id> / S#<sid>` lie together, so that one `BatchGetItem` says whether a
//! token still counts. `TOKEN#<hash>` and `WEB#<hash>` lead from a device token or a session cookie there;
//! the secrets themselves are kept nowhere.

use aviary_model::{SessionId, Timestamp, UserId};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::{Deserialize, Serialize};

use crate::db::{Direction, metered};
use crate::item::{Item, Key, fields, item, text};
use crate::keys::PublicKey;
use crate::sessions::{Session, session_key};
use crate::{Db, StoreError};

/// What a user may at all. Raising `epoch` ends every session made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Sessions of an earlier epoch are over.
    pub epoch: u32,
    /// May the user act?
    pub active: bool,
    /// Is the user staff?
    pub staff: bool,
}

/// Where a caller stands at this moment.
#[derive(Clone, Debug)]
pub struct CallerState {
    /// The principal; none when the account is gone.
    pub principal: Option<Principal>,
    /// The session; none when it has ended.
    pub session: Option<Session>,
}

impl CallerState {
    /// The session, if it goes on: it has not ended, is of the present epoch, and its user is active.
    #[must_use]
    pub fn going_on(self, now: Timestamp) -> Option<Session> {
        let principal = self.principal.filter(|principal| principal.active)?;
        self.session.filter(|session| session.epoch == principal.epoch && !session.has_ended(now))
    }
}

/// What a session cookie's partition begins with.
pub(crate) const WEB: &str = "WEB#";

/// Whose secret it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    pub(crate) user_id: UserId,
    pub(crate) sid: SessionId,
}

/// The `credentials` table.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(crate) db: Db,
    pub(crate) table: String,
}

impl Credentials {
    /// The table of this name.
    #[must_use]
    pub fn new(db: Db, table: &str) -> Self {
        Self { db, table: table.to_owned() }
    }

    /// The user's principal and session, as they are now. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn standing(&self, user: UserId, sid: SessionId) -> Result<CallerState, StoreError> {
        let (principal_key, session_key) = (principal_key(user), session_key(user, sid));
        let keys = vec![principal_key.clone(), session_key.clone()];
        let mut standing = CallerState { principal: None, session: None };
        for found in self.db.batch_get(&self.table, keys).await? {
            if principal_key.is_of(&found) {
                standing.principal = Some(fields(&self.table, found)?);
            } else {
                standing.session = Some(fields(&self.table, found)?);
            }
        }
        Ok(standing)
    }

    /// The user's principal alone. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn principal(&self, user: UserId) -> Result<Option<Principal>, StoreError> {
        self.db.get(&self.table, principal_key(user)).await
    }

    /// Whose device token has this hash. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn by_device_token(&self, hash: &str) -> Result<Option<(UserId, SessionId)>, StoreError> {
        self.pointed(pointer_key(&token_pk(hash))).await
    }

    /// Whose session cookie has this hash. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn by_web_session(&self, hash: &str) -> Result<Option<(UserId, SessionId)>, StoreError> {
        self.pointed(pointer_key(&web_pk(hash))).await
    }

    /// All public keys that tokens are verified with. One step; there are never more than a few.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, StoreError> {
        let call = self
            .db
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text("KEY#PUBLIC"))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = metered(call.send(), Direction::Read, |o| o.consumed_capacity.as_slice()).await?;
        let items = output.items.unwrap_or_default();
        items.into_iter().map(|item| fields(&self.table, item)).collect()
    }

    async fn pointed(&self, key: Key) -> Result<Option<(UserId, SessionId)>, StoreError> {
        let pointer = self.db.get::<Pointer>(&self.table, key).await?;
        Ok(pointer.map(|pointer| (pointer.user_id, pointer.sid)))
    }
}

pub(crate) fn principal_item(user: UserId, principal: Principal) -> Result<Item, StoreError> {
    item(principal_key(user), &principal, [])
}

pub(crate) fn principal_key(user: UserId) -> Key {
    Key::new(format!("U#{user}"), "PRINCIPAL")
}

pub(crate) fn token_pk(hash: &str) -> String {
    format!("TOKEN#{hash}")
}

pub(crate) fn web_pk(hash: &str) -> String {
    format!("{WEB}{hash}")
}

/// Pointers have one item in their partition.
pub(crate) fn pointer_key(pk: &str) -> Key {
    Key::new(pk, "POINTER")
}
