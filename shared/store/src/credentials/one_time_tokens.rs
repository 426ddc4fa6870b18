//! One-time tokens, stored as hashes: `MAIL#<user> / RESET#<hash>`, `CONFIRM#<hash>` and `UNDO#<hash>`. They are removed
//! with their user.

use aviary_model::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;
use crate::credentials::keys::mail_pk;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::item::{Key, item};
use crate::dynamodb::table::CredentialsTable;
use crate::dynamodb::transaction::{Transaction, WriteId};

/// What a one-time token permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OneTimePermission {
    /// Setting a new password, as long as the old password and the address are unchanged and no change of the address
    /// was undone.
    Reset {
        /// The user.
        user: UserId,
        /// The digest of the password hash and the address at the time when the token was made.
        state: String,
    },
    /// Confirming a pending address.
    ConfirmEmail {
        /// The user.
        user: UserId,
        /// The number of the change.
        change: u32,
    },
    /// Undoing a change of the address.
    UndoEmail {
        /// The user.
        user: UserId,
        /// The number of the change.
        #[serde(default)]
        change: u32,
    },
}

impl OneTimePermission {
    fn kind(&self) -> OneTimeKind {
        match self {
            Self::Reset { .. } => OneTimeKind::Reset,
            Self::ConfirmEmail { .. } => OneTimeKind::ConfirmEmail,
            Self::UndoEmail { .. } => OneTimeKind::UndoEmail,
        }
    }

    /// The user whom the token is for.
    #[must_use]
    pub fn user(&self) -> UserId {
        match self {
            Self::Reset { user, .. } | Self::ConfirmEmail { user, .. } | Self::UndoEmail { user, .. } => *user,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    token: OneTimePermission,
    expires_at: i64,
}

/// A valid token, which a change can redeem.
#[derive(Clone, Debug)]
pub struct Redeemable {
    /// What the token permits.
    pub token: OneTimePermission,
    key: Key,
}

/// The kinds of one-time tokens. Each has its own key prefix, so that a token of one kind is never accepted as
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneTimeKind {
    /// A token that resets a password.
    Reset,
    /// A token that confirms a pending address.
    ConfirmEmail,
    /// A token that undoes a change of the address.
    UndoEmail,
}

impl OneTimeKind {
    fn key(self, user: UserId, hash: &str) -> Key {
        let prefix = match self {
            Self::Reset => "RESET",
            Self::ConfirmEmail => "CONFIRM",
            Self::UndoEmail => "UNDO",
        };
        Key::new(mail_pk(user), format!("{prefix}#{hash}"))
    }
}

impl Credentials {
    /// Stores a token's hash until it expires. One round trip.
    pub async fn keep_one_time(
        &self,
        hash: &str,
        token: OneTimePermission,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (kind, user) = (token.kind(), token.user());
        let record = Record { token, expires_at: expires_at.seconds() };
        self.table.create(item(kind.key(user, hash), &record, [])?).await
    }

    /// The user's token with this hash, if it has neither expired nor been redeemed. One round trip.
    pub async fn one_time(
        &self,
        kind: OneTimeKind,
        user: UserId,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Redeemable>, StoreError> {
        let key = kind.key(user, hash);
        let record = self.table.get::<Record>(key.clone()).await?;
        Ok(record.filter(|r| r.expires_at > now.seconds()).map(|r| Redeemable { token: r.token, key }))
    }
}

impl Redeemable {
    /// Redeems the token in the transaction of the change that it permits. Of two concurrent changes, one wins.
    pub(crate) fn redeem(
        &self,
        transaction: &mut Transaction,
        table: &CredentialsTable,
    ) -> Result<WriteId, StoreError> {
        transaction.delete_if(table, self.key.clone(), &Condition::item_exists())
    }
}
