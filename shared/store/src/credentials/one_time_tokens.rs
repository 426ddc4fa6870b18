//! One-time tokens, kept as hashes: `U#<user> / RESET#<hash>` and `U#<user> / UNDO#<hash>`, so that they go with their
//! user.

use aviary_model::{Email, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::{Key, item};
use crate::dynamodb::table::CredentialsTable;
use crate::dynamodb::transaction::{Transaction, WriteId};

/// What a token allows, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OneTime {
    /// Setting a new password, as long as the old one and the address are what they were.
    Reset {
        /// Whose.
        user: UserId,
        /// The digest of the password's hash and the address when the token was made.
        state: String,
    },
    /// Taking a change of the address back.
    UndoEmail {
        /// Whose.
        user: UserId,
        /// The address to go back to.
        old: Email,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    #[serde(flatten)]
    token: OneTime,
    expires_at: i64,
}

/// A token that was found, and can be redeemed with a change.
#[derive(Clone, Debug)]
pub struct Redeemable {
    /// What it allows.
    pub token: OneTime,
    key: Key,
}

/// The two kinds live under names of their own, so that one is never taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneTimeKind {
    /// A password's.
    Reset,
    /// An address's.
    UndoEmail,
}

impl OneTimeKind {
    fn key(self, user: UserId, hash: &str) -> Key {
        let prefix = match self {
            Self::Reset => "RESET",
            Self::UndoEmail => "UNDO",
        };
        Key::new(format!("U#{user}"), format!("{prefix}#{hash}"))
    }
}

impl Credentials {
    /// Keeps a token by its hash until it expires. One round trip.
    pub async fn keep_one_time(&self, hash: &str, token: OneTime, expires_at: Timestamp) -> Result<(), StoreError> {
        let (kind, user) = match token {
            OneTime::Reset { user, .. } => (OneTimeKind::Reset, user),
            OneTime::UndoEmail { user, .. } => (OneTimeKind::UndoEmail, user),
        };
        let record = Record { token, expires_at: expires_at.seconds() };
        self.table.create(item(kind.key(user, hash), &record, [])?).await
    }

    /// The user's token with this hash, if it has not expired or been redeemed. One round trip.
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
    /// Redeems the token in the transaction of what it allows: of two that try, one wins.
    pub(crate) fn redeem(
        &self,
        transaction: &mut Transaction,
        table: &CredentialsTable,
    ) -> Result<WriteId, StoreError> {
        transaction.delete_if(table, self.key.clone(), &Expression::new("", "attribute_exists(pk)"))
    }
}
