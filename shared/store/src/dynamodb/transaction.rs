//! A wrapper of DynamoDB transactions: failed conditions are results, and conflicts are retried.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    self, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};

use crate::dynamodb::client::{Db, Direction, MAX_ROUNDS, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::expression::{Condition, Update};
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::table::Table;

/// Writes that are committed together or not at all. Each method returns the id of its write.
#[derive(Debug, Default)]
pub(crate) struct Transaction(Vec<TransactWriteItem>);

/// The id of one write of a transaction, which identifies its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WriteId(usize);

/// The result of a transaction.
#[derive(Debug)]
pub(crate) enum Committed {
    /// Everything was written.
    Done,
    /// Nothing was written, because the conditions of these writes failed.
    Refused(Vec<Refusal>),
}

/// A write whose condition failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) write: WriteId,
    /// The item as DynamoDB found it, if it exists.
    pub(crate) found: Option<Item>,
}

impl Committed {
    /// Whether the condition of this write failed.
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
    /// Whether the transaction has no writes.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes an item that must not exist yet.
    pub(crate) fn create<Kind>(&mut self, table: &Table<Kind>, item: Item) -> Result<WriteId, StoreError> {
        self.put_if(table, item, &Condition::item_missing())
    }

    /// Updates an item, if the condition of `update` holds.
    pub(crate) fn update<Kind>(
        &mut self,
        table: &Table<Kind>,
        key: Key,
        update: &Update,
    ) -> Result<WriteId, StoreError> {
        let rendered = update.render();
        let update = types::Update::builder()
            .table_name(&table.name)
            .set_key(Some(key.into_item()))
            .update_expression(rendered.update)
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(rendered.names)
            .set_expression_attribute_values(rendered.values)
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(update, |builder, update| builder.update(update))
    }

    /// Writes an item, replacing an existing one.
    pub(crate) fn put<Kind>(&mut self, table: &Table<Kind>, item: Item) -> Result<WriteId, StoreError> {
        let put = Put::builder().table_name(&table.name).set_item(Some(item)).build();
        self.push(put, |builder, put| builder.put(put))
    }

    /// Deletes an item. A missing item is not an error.
    pub(crate) fn delete<Kind>(&mut self, table: &Table<Kind>, key: Key) -> Result<WriteId, StoreError> {
        let delete = Delete::builder().table_name(&table.name).set_key(Some(key.into_item())).build();
        self.push(delete, |builder, delete| builder.delete(delete))
    }

    /// Deletes an item if a condition holds.
    pub(crate) fn delete_if<Kind>(
        &mut self,
        table: &Table<Kind>,
        key: Key,
        condition: &Condition,
    ) -> Result<WriteId, StoreError> {
        let rendered = condition.render();
        let delete = Delete::builder()
            .table_name(&table.name)
            .set_key(Some(key.into_item()))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(rendered.names)
            .set_expression_attribute_values(rendered.values)
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(delete, |builder, delete| builder.delete(delete))
    }

    /// Writes an item, replacing an existing one, if a condition holds.
    pub(crate) fn put_if<Kind>(
        &mut self,
        table: &Table<Kind>,
        item: Item,
        condition: &Condition,
    ) -> Result<WriteId, StoreError> {
        let rendered = condition.render();
        let put = Put::builder()
            .table_name(&table.name)
            .set_item(Some(item))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(rendered.names)
            .set_expression_attribute_values(rendered.values)
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(put, |builder, put| builder.put(put))
    }

    /// Writes nothing, but the transaction commits only if this condition of an item holds.
    pub(crate) fn check<Kind>(
        &mut self,
        table: &Table<Kind>,
        key: Key,
        condition: &Condition,
    ) -> Result<WriteId, StoreError> {
        let rendered = condition.render();
        let check = ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(key.into_item()))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(rendered.names)
            .set_expression_attribute_values(rendered.values)
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

    /// Sends the transaction. Conflicts and throttling are retried after random pauses. All attempts carry one client
    /// token, so a retry after a lost response succeeds without writing twice.
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
            // The SDK has tried retryable errors three times. Only errors that it does not know are retried here.
            last = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    match verdict(canceled.cancellation_reasons()) {
                        Verdict::Refused(refusals) => return Ok(Committed::Refused(refusals)),
                        Verdict::Again(why) => StoreError::Passing(why),
                        Verdict::Full(why) => return Err(StoreError::Full(why)),
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

/// Deletes items of one table in one transaction. The keys must be distinct. One round trip.
pub(crate) async fn remove<Kind>(table: &Table<Kind>, keys: Vec<Key>) -> Result<(), StoreError> {
    let mut transaction = Transaction::default();
    for key in keys {
        transaction.delete(table, key)?;
    }
    transaction.commit(&table.db).await.map(|_| ())
}

/// Distinct keys, because a transaction rejects two writes to one item. A device token's session and its list entry
/// lead to the same items.
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
    Full(String),
    Wrong(String),
}

/// Decides from the cancellation reasons, one for each write, what the transaction's caller gets.
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
    if codes.contains(&"ItemCollectionSizeLimitExceeded") {
        Verdict::Full(format!("cancelled: {}", codes.join(", ")))
    } else if codes.iter().any(passing) {
        // If one write conflicts, DynamoDB may not have checked the conditions of the others. The retry checks all of
        // them.
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
    fn failed_conditions_have_the_ids_of_their_writes() {
        let verdict = verdict(&reasons(&["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]));
        assert!(
            matches!(verdict, Verdict::Refused(refusals) if refusals.iter().map(|refusal| refusal.write.0).eq([1, 2]))
        );
    }

    #[test]
    fn a_conflict_is_retried_even_with_a_failed_condition() {
        let verdict = verdict(&reasons(&["TransactionConflict", "ConditionalCheckFailed"]));
        assert!(matches!(verdict, Verdict::Again(_)));
    }

    #[test]
    fn a_full_partition_is_told_apart() {
        let reasons = reasons(&["TransactionConflict", "ItemCollectionSizeLimitExceeded"]);
        assert!(matches!(verdict(&reasons), Verdict::Full(_)));
    }

    #[test]
    fn permanent_reasons_are_errors() {
        assert!(matches!(verdict(&reasons(&["ValidationError"])), Verdict::Wrong(_)));
    }
}
