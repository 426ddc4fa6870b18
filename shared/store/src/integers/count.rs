//! The number of integer sessions of an account, changed in the transactions that create and delete manifests.

use aviary_model::UserId;

use super::{Integers, MAX_SESSIONS};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Key, number};
use crate::dynamodb::transaction::{Transaction, WriteId};

impl Integers {
    /// Counts a manifest that this transaction creates. The write is refused if the account already has
    /// [`MAX_SESSIONS`].
    pub(super) fn count_session(&self, transaction: &mut Transaction, user: UserId) -> Result<WriteId, StoreError> {
        let more = Update::new()
            .add("sessions", number(1))
            .when(Condition::missing("sessions").or(Condition::less("sessions", number(MAX_SESSIONS))));
        transaction.update(&self.table, counter_key(user), &more)
    }

    /// Subtracts a manifest that this transaction deletes.
    pub(super) fn uncount_session(&self, transaction: &mut Transaction, user: UserId) -> Result<WriteId, StoreError> {
        let less = Update::new().add("sessions", number(-1));
        transaction.update(&self.table, counter_key(user), &less)
    }

    /// Deletes the counter of a deleted account that has no session left. One round trip.
    pub async fn forget_count(&self, user: UserId) -> Result<(), StoreError> {
        self.table.delete(counter_key(user)).await
    }
}

/// The sort key does not begin with `SESSION#`, so that no query of the manifests finds it.
fn counter_key(user: UserId) -> Key {
    Key::new(format!("U#{user}"), "SESSIONS")
}
