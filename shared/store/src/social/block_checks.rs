//! Block checks. A write fails if anyone it would notify has blocked its author; the check is part of the transaction,
//! so a concurrent block wins.

use std::collections::HashSet;

use aviary_model::UserId;

use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::table::SocialTable;
use crate::dynamodb::transaction::{Committed, Transaction, WriteId};
use crate::social::keys::hide_key;

/// Why something was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody whom it would have reached blocks the caller.
    #[error("somebody whom it would have reached blocks the caller")]
    Blocked,
    /// DynamoDB did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<aviary_model::EntropyError> for WriteError {
    fn from(error: aviary_model::EntropyError) -> Self {
        Self::Store(error.into())
    }
}

/// Lets a transaction stand on none of these blocking the caller. Returns the checks.
pub(crate) fn check_reach(
    transaction: &mut Transaction,
    table: &SocialTable,
    caller: UserId,
    reached: impl IntoIterator<Item = UserId>,
) -> Result<Vec<WriteId>, StoreError> {
    let free = Expression::new("", "attribute_not_exists(blocked_by) OR blocked_by = :no")
        .value(":no", aws_sdk_dynamodb::types::AttributeValue::Bool(false));
    let others: HashSet<UserId> = reached.into_iter().filter(|other| *other != caller).collect();
    others.into_iter().map(|other| transaction.check(table, hide_key(caller, other), &free)).collect()
}

/// Was it one of these checks that failed?
pub(crate) fn is_blocked(committed: &Committed, checks: &[WriteId]) -> bool {
    checks.iter().any(|check| committed.refused(*check))
}
