//! Block checks. A write fails if anyone it would notify has blocked its author; the check is part of the transaction,
//! so a concurrent block wins.

use std::collections::HashSet;

use aviary_model::UserId;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Condition;
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::social::edge_states::BLOCKED_BY;
use crate::social::keys::relation_key;

/// Why a text or a reaction was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A user whom the write concerns blocks the caller.
    #[error("a user whom the write would notify blocks the caller")]
    Blocked,
    /// A media item that the tweet would show has changed since it was read.
    #[error("a media item of the tweet has changed")]
    MediaChanged,
    /// The call to DynamoDB failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<aviary_model::EntropyError> for WriteError {
    fn from(error: aviary_model::EntropyError) -> Self {
        Self::Store(error.into())
    }
}

/// Makes a transaction fail if any of the users in `reached` blocks the caller. The caller's own id is skipped. Returns
/// the checks.
pub(crate) fn check_blocks(
    transaction: &mut Transaction,
    table: &SocialTable,
    caller: UserId,
    reached: impl IntoIterator<Item = UserId>,
) -> Result<Vec<WriteId>, StoreError> {
    let free = Condition::missing(BLOCKED_BY);
    let others: HashSet<UserId> = reached.into_iter().filter(|other| *other != caller).collect();
    others.into_iter().map(|other| transaction.check(table, relation_key(caller, other), &free)).collect()
}

/// Did one of these checks fail?
pub(crate) fn is_blocked(committed: &Committed, checks: &[WriteId]) -> bool {
    checks.iter().any(|check| committed.refused(*check))
}
