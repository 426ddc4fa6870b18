//! The wrapper of DynamoDB transactions: failed conditions are results, conflicts are retried.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::dynamodb::client::{Db, Direction, MAX_ROUNDS, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::table::Table;

/// Writes that happen together or not at all. Each method returns the id of its write.
#[derive(Debug, Default)]
pub(crate) struct Transaction(Vec<TransactWriteItem>);

/// One write of a transaction, by which its result is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WriteId(usize);

/// The result of a transaction that was sent.
#[derive(Debug)]
pub(crate) enum Committed {
    /// All of it was written.
    Done,
    /// Nothing was written, because the conditions of these writes failed.
    Refused(Vec<Refusal>),
}

/// A write whose condition failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) write: WriteId,
    /// The item that was there, if any.
    pub(crate) found: Option<Item>,
}

impl Committed {
    /// Did the condition of this write fail?
    pub(crate) fn refused(&self, write: WriteId) -> bool {
        self.refusal(write).is_some()
    }

    /// The refusal of this write, if its condition failed.
    pub(crate) fn refusal(&self, write: WriteId) -> Option<&Refusal> {
        match self {
            Self::Done => None,
            Self::Refused(refusals) => refusals.iter().find(|refusal| refusal.write == write),
        }
    }
}

const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

impl Transaction {
    /// Is there nothing to be written?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes an item that must not be there yet.
    pub(crate) fn create<Kind>(&mut self, table: &Table<Kind>, item: Item) -> Result<WriteId, StoreError> {
        self.put_if(table, item, &Expression::new("", "attribute_not_exists(pk)"))
    }

    /// Updates an item, under a condition if there is one.
    pub(crate) fn update<Kind>(
        &mut self,
        table: &Table<Kind>,
        key: Key,
        update: &Expression,
    ) -> Result<WriteId, StoreError> {
        let update = Update::builder()
            .table_name(&table.name)
            .set_key(Some(key.into_item()))
            .update_expression(&update.update)
            .set_condition_expression(update.condition())
            .set_expression_attribute_names(update.names())
            .set_expression_attribute_values(update.values())
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(update, |builder, update| builder.update(update))
    }

    /// Writes an item in place of whatever is there.
    pub(crate) fn put<Kind>(&mut self, table: &Table<Kind>, item: Item) -> Result<WriteId, StoreError> {
        let put = Put::builder().table_name(&table.name).set_item(Some(item)).build();
        self.push(put, |builder, put| builder.put(put))
    }

    /// Removes an item, whether it is there or not.
    pub(crate) fn delete<Kind>(&mut self, table: &Table<Kind>, key: Key) -> Result<WriteId, StoreError> {
        let delete = Delete::builder().table_name(&table.name).set_key(Some(key.into_item())).build();
        self.push(delete, |builder, delete| builder.delete(delete))
    }

    /// Removes an item under a condition.
    pub(crate) fn delete_if<Kind>(
        &mut self,
        table: &Table<Kind>,
        key: Key,
        condition: &Expression,
    ) -> Result<WriteId, StoreError> {
        let delete = Delete::builder()
            .table_name(&table.name)
            .set_key(Some(key.into_item()))
            .condition_expression(&condition.condition)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(delete, |builder, delete| builder.delete(delete))
    }

    /// Writes an item in place of the one that is there, under a condition.
    pub(crate) fn put_if<Kind>(
        &mut self,
        table: &Table<Kind>,
        item: Item,
        condition: &Expression,
    ) -> Result<WriteId, StoreError> {
        let put = Put::builder()
            .table_name(&table.name)
            .set_item(Some(item))
            .condition_expression(&condition.condition)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(put, |builder, put| builder.put(put))
    }

    /// Writes nothing: all of it stands on this condition of an item.
    pub(crate) fn check<Kind>(
        &mut self,
        table: &Table<Kind>,
        key: Key,
        condition: &Expression,
    ) -> Result<WriteId, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(key.into_item()))
            .condition_expression(&condition.condition)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(check, |builder, check| builder.condition_check(check))
    }

    fn push<T>(
        &mut self,
        write: Result<T, BuildError>,
        into: impl FnOnce(
            aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder,
            T,
        ) -> aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder,
    ) -> Result<WriteId, StoreError> {
        let write = write.map_err(|error| StoreError::Rejected(error.to_string()))?;
        self.0.push(into(TransactWriteItem::builder(), write).build());
        Ok(WriteId(self.0.len() - 1))
    }

    /// Sends it. Conflicts and throttling are tried again with pauses of random length; the client token makes a
    /// repetition of what was committed unnoticed a success.
    #[allow(clippy::disallowed_methods, reason = "this is the wrapper that everyone else is to use")]
    pub(crate) async fn commit(self, db: &Db) -> Result<Committed, StoreError> {
        let token = db.entropy.secret::<16>()?;
        let mut last = StoreError::Passing("no attempt".to_owned());
        for round in 0..MAX_ROUNDS {
            db.pause_before(round).await?;
            let call = db
                .client
                .transact_write_items()
                .set_transact_items(Some(self.0.clone()))
                .client_request_token(token.expose())
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let sent = metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_deref().unwrap_or_default());
            let error = match sent.await {
                Ok(_) => return Ok(Committed::Done),
                Err(error) => error,
            };
            // The SDK has tried three times where it could; only what it does not know is tried again here.
            last = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    match verdict(canceled.cancellation_reasons()) {
                        Verdict::Refused(refusals) => return Ok(Committed::Refused(refusals)),
                        Verdict::Again(why) => StoreError::Passing(why),
                        Verdict::Wrong(why) => return Err(StoreError::Rejected(why)),
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => error.into(),
                _ => return Err(error.into()),
            };
        }
        Err(last)
    }
}

/// Removes items of one table together, each named once. One round trip.
pub(crate) async fn remove<Kind>(table: &Table<Kind>, keys: Vec<Key>) -> Result<(), StoreError> {
    let mut transaction = Transaction::default();
    for key in keys {
        transaction.delete(table, key)?;
    }
    transaction.commit(&table.db).await.map(|_| ())
}

/// A transaction refuses to hear of one item twice: a device token's session and its place in the list point to the
/// same.
pub(crate) fn distinct(keys: impl Iterator<Item = Key>) -> Vec<Key> {
    let mut distinct: Vec<Key> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

enum Verdict {
    Refused(Vec<Refusal>),
    Again(String),
    Wrong(String),
}

/// Reads the reason of each place.
fn verdict(reasons: &[aws_sdk_dynamodb::types::CancellationReason]) -> Verdict {
    let failed: Vec<_> = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(place, reason)| Refusal { write: WriteId(place), found: reason.item.clone() })
        .collect();
    let codes: Vec<&str> = reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None").collect();
    let passing =
        |code: &&str| matches!(*code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded");
    if codes.iter().any(passing) {
        // Beside a conflict, other conditions may not have been looked at: ask again for the whole truth.
        Verdict::Again(format!("cancelled: {}", codes.join(", ")))
    } else if failed.is_empty() {
        Verdict::Wrong(format!("cancelled: {}", codes.join(", ")))
    } else {
        Verdict::Refused(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::CancellationReason;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect()
    }

    #[test]
    fn failed_conditions_are_named_by_their_places() {
        let verdict = verdict(&reasons(&["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]));
        assert!(
            matches!(verdict, Verdict::Refused(refusals) if refusals.iter().map(|refusal| refusal.write.0).eq([1, 2]))
        );
    }

    #[test]
    fn a_conflict_is_asked_again_so_that_every_failed_condition_is_known() {
        let verdict = verdict(&reasons(&["TransactionConflict", "ConditionalCheckFailed"]));
        assert!(matches!(verdict, Verdict::Again(_)));
    }

    #[test]
    fn what_no_retry_mends_is_an_error() {
        assert!(matches!(verdict(&reasons(&["ValidationError"])), Verdict::Wrong(_)));
    }
}
