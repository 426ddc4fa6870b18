//! Keys that tokens are signed and verified with.
//!
//! `SIGNING / CURRENT` of the `keys` table is the private key, which only `auth` can read.
//! `KEY#PUBLIC / <kid>` of `credentials` are the public keys, which everyone verifies with.

use aviary_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Key, item};
use crate::transaction::{Committed, Transaction};
use crate::{Credentials, Db, StoreError};

/// A private key: the Ed25519 seed in hex.
#[derive(Clone, Serialize, Deserialize)]
pub struct SigningKey {
    /// The key's name in tokens.
    pub kid: String,
    /// 32 bytes in hex.
    pub seed: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The key's name in tokens.
    pub kid: String,
    /// 32 bytes in unpadded base64url: `x` of a JWK.
    pub x: String,
}

/// The `keys` table.
#[derive(Clone, Debug)]
pub struct SigningKeys {
    db: Db,
    table: String,
}

impl SigningKeys {
    /// The table of this name.
    #[must_use]
    pub fn new(db: Db, table: &str) -> Self {
        Self { db, table: table.to_owned() }
    }

    /// The key that tokens are signed with now. None before the first start. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn current(&self) -> Result<Option<SigningKey>, StoreError> {
        self.db.get(&self.table, Key::new("SIGNING", "CURRENT")).await
    }

    /// Makes the first key: private and public half in one transaction. False if another process was
    /// first; its key counts. One step.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn create_first(
        &self,
        credentials: &Credentials,
        private: &SigningKey,
        public: &PublicKey,
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::default();
        transaction.create(&self.table, item(Key::new("SIGNING", "CURRENT"), private, [])?)?;
        let public = item(Key::new("KEY#PUBLIC", &public.kid), public, [])?;
        transaction.create(&credentials.table, public)?;
        Ok(matches!(transaction.commit(&self.db).await?, Committed::Done))
    }
}
