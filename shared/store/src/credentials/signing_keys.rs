//! The keys that sign and verify tokens.
//!
//! `SIGNING / CURRENT` of the table `keys` is the private key, which only `auth` and `keys` can read. `SIGNING / NEXT`
//! is its successor, while that is published but not yet used. `KEY#PUBLIC / <kid>` of `credentials` are the public
//! keys, with which every function verifies tokens.

use aviary_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number, text};
use crate::dynamodb::table::{KeysTable, run_query};
use crate::dynamodb::transaction::{Committed, Transaction};

/// A private Ed25519 key.
#[derive(Clone, Serialize, Deserialize)]
pub struct SigningKey {
    /// The key's name in tokens.
    pub kid: String,
    /// The 32 bytes of the seed, in hex.
    pub seed: String,
    /// When the key was made. For the current key: when it became current.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// A public Ed25519 key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The key's name in tokens.
    pub kid: String,
    /// The 32 bytes of the key in unpadded base64url, as in the `x` of a JWK.
    pub x: String,
    /// When all tokens that it verifies have expired, in whole seconds. `None` while it or its successor is not
    /// replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// The `keys` table.
#[derive(Clone, Debug)]
pub struct SigningKeys {
    table: KeysTable,
}

impl SigningKeys {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &KeysTable) -> Self {
        Self { table: table.clone() }
    }

    /// The key that signs tokens now. `None` before the first start. One round trip.
    pub async fn current(&self) -> Result<Option<SigningKey>, StoreError> {
        self.table.get(current_key()).await
    }

    /// The next key, which is published but does not sign yet. One round trip.
    pub async fn next(&self) -> Result<Option<SigningKey>, StoreError> {
        self.table.get(next_key()).await
    }

    /// Writes the first key, its private and its public half in one transaction. False if another process was first;
    /// then that key is the current one. One round trip.
    pub async fn create_first(
        &self,
        credentials: &Credentials,
        private: &SigningKey,
        public: &PublicKey,
    ) -> Result<bool, StoreError> {
        self.create(credentials, current_key(), private, public).await
    }

    /// Publishes the next key, so that every function knows it before it signs. False if there already is a next key.
    /// One round trip.
    pub async fn publish_next(
        &self,
        credentials: &Credentials,
        private: &SigningKey,
        public: &PublicKey,
    ) -> Result<bool, StoreError> {
        self.create(credentials, next_key(), private, public).await
    }

    async fn create(
        &self,
        credentials: &Credentials,
        key: Key,
        private: &SigningKey,
        public: &PublicKey,
    ) -> Result<bool, StoreError> {
        let mut transaction = Transaction::default();
        transaction.create(&self.table, item(key, private, [])?)?;
        transaction.create(&credentials.table, item(public_key(&public.kid), public, [])?)?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }

    /// Makes the next key the current one. The old key's public half stays until `old_expires_at`. False if another
    /// process did it. One round trip.
    pub async fn promote_next(
        &self,
        credentials: &Credentials,
        old: &SigningKey,
        next: &SigningKey,
        now: Timestamp,
        old_expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let is = |kid: &str| Condition::equals("kid", text(kid));
        let promoted: Item = item(current_key(), &SigningKey { created_at: now, ..next.clone() }, [])?;
        let replace = Update::new()
            .set_some("kid", promoted.get("kid").cloned())
            .set_some("seed", promoted.get("seed").cloned())
            .set_some("created_at", promoted.get("created_at").cloned())
            .when(is(&old.kid));
        let expire = Update::new().set("expires_at", number(old_expires_at.seconds())).when(Condition::item_exists());
        let mut transaction = Transaction::default();
        transaction.update(&self.table, current_key(), &replace)?;
        transaction.delete_if(&self.table, next_key(), &is(&next.kid))?;
        transaction.update(&credentials.table, public_key(&old.kid), &expire)?;
        Ok(matches!(transaction.commit(&self.table.db).await?, Committed::Done))
    }
}

impl Credentials {
    /// All public keys that verify tokens, never more than a few. One round trip.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, StoreError> {
        let call = self
            .table
            .query()
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text("KEY#PUBLIC"))
            .consistent_read(true);
        let output = run_query(call).await?;
        let items = output.items.unwrap_or_default();
        items.into_iter().map(|item| self.table.read(item)).collect()
    }
}

fn current_key() -> Key {
    Key::new("SIGNING", "CURRENT")
}

fn next_key() -> Key {
    Key::new("SIGNING", "NEXT")
}

fn public_key(kid: &str) -> Key {
    Key::new("KEY#PUBLIC", kid)
}
