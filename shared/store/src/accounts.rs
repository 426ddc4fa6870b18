//! Users, and the items that make their names and addresses unique.
//!
//! `U#<id> / USER` is a user. `NAME#<key> / NAME` says who has a name or an address. Names and addresses share one
//! namespace, because a login accepts either.

pub(crate) mod activation;
pub(crate) mod address_change;
pub(crate) mod change;
pub(crate) mod deletion;
pub(crate) mod former;
pub(crate) mod lists;
pub(crate) mod notice;
pub(crate) mod registration;

use aviary_model::{Email, Mode, NameKey, Timestamp, UserId, Username};
use serde::{Deserialize, Serialize};

use crate::accounts::former::{FormerAddress, FormerName, PendingAddress};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key, item, number, shard, text};
use crate::dynamodb::table::AccountsTable;

/// A user's account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// The id, which the profile shares.
    pub id: UserId,
    /// The name in its owner's spelling.
    pub username: Username,
    /// The address, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The client's own preference; empty until one is set.
    #[serde(default, skip_serializing_if = "Mode::is_empty")]
    pub mode: Mode,
    /// The password's hash in PHC string format.
    pub password: String,
    /// When the account was created.
    pub created_at: Timestamp,
    /// How often the account was changed. A change is written only if this is as it was read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u32,
    /// The revision that undid a change of the address last: no older mailed token sets a password.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub voided: u32,
    /// The address that waits for its confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingAddress>,
    /// Usernames that were given up lately, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<FormerName>,
    /// Addresses that were replaced lately, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_addresses: Vec<FormerAddress>,
}

impl User {
    /// A new account, which was never changed.
    #[must_use]
    pub fn new(id: UserId, username: Username, email: Option<Email>, password: String, created_at: Timestamp) -> Self {
        Self {
            id,
            username,
            email,
            mode: Mode::default(),
            password,
            created_at,
            revision: 0,
            voided: 0,
            pending: None,
            former_names: Vec::new(),
            former_addresses: Vec::new(),
        }
    }

    /// The revision that the next change makes; also the number of that change.
    #[must_use]
    pub fn next_revision(&self) -> u32 {
        self.revision.saturating_add(1)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Who has a name or an address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NameOwner {
    pub(crate) user_id: UserId,
    /// The second until which it is held after it was given up; absent while it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<i64>,
}

#[derive(Deserialize)]
struct Address {
    email: Option<Email>,
}

/// The `accounts` table.
#[derive(Clone, Debug)]
pub struct Accounts {
    pub(crate) table: AccountsTable,
}

impl Accounts {
    /// Uses this table. Makes no call.
    #[must_use]
    pub fn new(table: &AccountsTable) -> Self {
        Self { table: table.clone() }
    }

    /// The user with this id. One round trip.
    pub async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.table.get(user_key(id)).await
    }

    /// The address of this user; `None` without one, and without such a user. It reads nothing else of the account, so
    /// that a function needs no right to read password hashes. One round trip.
    pub async fn email_of(&self, id: UserId) -> Result<Option<Email>, StoreError> {
        let address = self.table.get_some::<Address>(user_key(id), "pk, sk, email").await?;
        Ok(address.and_then(|address| address.email))
    }

    /// The owner of this name or address. One that was given up leads to nobody. One round trip.
    pub async fn owner_of(&self, name: &NameKey) -> Result<Option<UserId>, StoreError> {
        let guard = self.table.get::<NameOwner>(name_owner_key(name)).await?;
        Ok(guard.filter(|guard| guard.expires_at.is_none()).map(|guard| guard.user_id))
    }
}

pub(crate) fn user_item(user: &User) -> Result<Item, StoreError> {
    let index = [("time_pk", shard("USERS", user.id.uuid())), ("time_sk", user.id.to_string())];
    item(user_key(user.id), user, index)
}

/// Who has a name or an address; `expires_at` if it was given up.
pub(crate) fn name_owner_item(name: &NameKey, id: UserId, expires_at: Option<i64>) -> Result<Item, StoreError> {
    // The administration finds users by the beginning of a name or an address.
    let index = [("name_pk", shard("NAMES", id.uuid())), ("name_sk", name.as_str().to_owned())];
    item(name_owner_key(name), &NameOwner { user_id: id, expires_at }, index)
}

/// The condition that an account is unchanged since the read. A new hash of the same password is a change too.
pub(crate) fn unchanged(user: &User) -> Condition {
    let same_email = match &user.email {
        Some(email) => Condition::equals("email", text(email.as_str())),
        None => Condition::missing("email"),
    };
    Condition::equals("username", text(user.username.as_str()))
        .and(has_password(user))
        .and(same_email)
        .and(same_revision(user))
}

/// Replaces a password's hash by a newer hash of the same password.
pub(crate) fn rehash(user: &User, hash: &str) -> Update {
    Update::new().set("password", text(hash)).when(has_password(user))
}

/// The condition that nobody has set another password since the user was read. A newer hash of the same password leaves
/// the revision, and a rename leaves the hash.
pub(crate) fn same_password(user: &User) -> Condition {
    has_password(user).or(Condition::item_exists().and(same_revision(user)))
}

fn same_revision(user: &User) -> Condition {
    match user.revision {
        0 => Condition::missing("revision"),
        revision => Condition::equals("revision", number(revision)),
    }
}

fn has_password(user: &User) -> Condition {
    Condition::equals("password", text(&*user.password))
}

pub(crate) fn user_key(id: UserId) -> Key {
    Key::new(format!("U#{id}"), "USER")
}

pub(crate) fn name_owner_key(name: &NameKey) -> Key {
    Key::new(format!("NAME#{}", name.as_str()), "NAME")
}
