//! The one wrapper for transactions: conditions are answers, conflicts are tried again.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::db::{Direction, MAX_ROUNDS, metered};
use crate::item::{Item, Key};
use crate::{Db, StoreError};

/// Writes that happen together or not at all. Each method says at which place its write stands.
#[derive(Debug, Default)]
pub(crate) struct Transaction(Vec<TransactWriteItem>);

/// How a transaction ended that could be sent.
#[derive(Debug)]
pub(crate) enum Committed {
    /// All of it was written.
    Done,
    /// Nothing was: the conditions at these places failed; each with the item that was there, if any.
    Refused(Vec<(usize, Option<Item>)>),
}

impl Committed {
    /// Did the condition at this place fail?
    pub(crate) fn refused_at(&self, place: Option<usize>) -> bool {
        match self {
            Self::Done => false,
            Self::Refused(places) => places.iter().any(|(at, _)| Some(*at) == place),
        }
    }
}

/// How an update of one item ended.
#[derive(Debug)]
pub(crate) enum Applied {
    /// It was written; the item as it was before, empty if there was none.
    Done(Item),
    /// Its condition failed; the item that was there, empty if there was none.
    Refused(Item),
}

/// An update or a check: expressions and what they stand on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expression {
    update: String,
    condition: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(crate) fn new(update: &str, condition: &str) -> Self {
        Self { update: update.to_owned(), condition: condition.to_owned(), ..Self::default() }
    }

    pub(crate) fn name(mut self, placeholder: &str, name: &str) -> Self {
        self.names.insert(placeholder.to_owned(), name.to_owned());
        self
    }

    pub(crate) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    /// Adds one more assignment to the update, and nothing if there is no value.
    pub(crate) fn set(mut self, name: &str, value: Option<AttributeValue>) -> Self {
        if let Some(value) = value {
            let separator = if self.update.is_empty() { "SET " } else { ", " };
            self.update.push_str(&format!("{separator}#{name} = :{name}"));
            self.names.insert(format!("#{name}"), name.to_owned());
            self.values.insert(format!(":{name}"), value);
        }
        self
    }

    /// Gives it this condition.
    pub(crate) fn on(mut self, condition: &str) -> Self {
        condition.clone_into(&mut self.condition);
        self
    }

    /// Adds another clause to the update.
    pub(crate) fn also(&mut self, clause: &str) {
        self.update.push_str(clause);
    }

    /// Updates this one item by itself and answers it as it was. None if the condition failed. As
    /// [`Expression::apply_to`].
    pub(crate) async fn apply(&self, db: &Db, table: &str, key: Key) -> Result<Option<Item>, StoreError> {
        Ok(match self.apply_to(db, table, key).await? {
            Applied::Done(was) => Some(was),
            Applied::Refused(_) => None,
        })
    }

    /// Updates this one item by itself. Transactions of others that are in conflict with it are waited for. One
    /// step; half the units of a transaction.
    pub(crate) async fn apply_to(&self, db: &Db, table: &str, key: Key) -> Result<Applied, StoreError> {
        let mut last = StoreError::Passing("no attempt".to_owned());
        for round in 0..MAX_ROUNDS {
            db.pause_before(round).await?;
            let call = db
                .client
                .update_item()
                .table_name(table)
                .set_key(Some(key.clone().into_item()))
                .update_expression(&self.update)
                .set_condition_expression(self.condition())
                .set_expression_attribute_names(self.names())
                .set_expression_attribute_values(self.values())
                .return_values(ReturnValue::AllOld)
                .return_values_on_condition_check_failure(ALL_OLD)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let error = match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
                Ok(output) => return Ok(Applied::Done(output.attributes.unwrap_or_default())),
                Err(error) => error,
            };
            last = match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    return Ok(Applied::Refused(failed.item.clone().unwrap_or_default()));
                }
                Some(UpdateItemError::TransactionConflictException(_)) => error.into(),
                _ => return Err(error.into()),
            };
        }
        Err(last)
    }

    fn condition(&self) -> Option<String> {
        (!self.condition.is_empty()).then(|| self.condition.clone())
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

impl Transaction {
    /// Is there nothing to be written?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes an item that must not be there yet.
    pub(crate) fn create(&mut self, table: &str, item: Item) -> Result<usize, StoreError> {
        self.put_if(table, item, &Expression::new("", "attribute_not_exists(pk)"))
    }

    /// Updates an item, under a condition if there is one.
    pub(crate) fn update(&mut self, table: &str, key: Key, update: &Expression) -> Result<usize, StoreError> {
        let update = Update::builder()
            .table_name(table)
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
    pub(crate) fn put(&mut self, table: &str, item: Item) -> Result<usize, StoreError> {
        let put = Put::builder().table_name(table).set_item(Some(item)).build();
        self.push(put, |builder, put| builder.put(put))
    }

    /// Removes an item, whether it is there or not.
    pub(crate) fn delete(&mut self, table: &str, key: Key) -> Result<usize, StoreError> {
        let delete = Delete::builder().table_name(table).set_key(Some(key.into_item())).build();
        self.push(delete, |builder, delete| builder.delete(delete))
    }

    /// Removes an item under a condition.
    pub(crate) fn delete_if(&mut self, table: &str, key: Key, condition: &Expression) -> Result<usize, StoreError> {
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key.into_item()))
            .condition_expression(&condition.condition)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(delete, |builder, delete| builder.delete(delete))
    }

    /// Writes an item in place of the one that is there, under a condition.
    pub(crate) fn put_if(&mut self, table: &str, item: Item, condition: &Expression) -> Result<usize, StoreError> {
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression(&condition.condition)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ALL_OLD)
            .build();
        self.push(put, |builder, put| builder.put(put))
    }

    /// Writes nothing: all of it stands on this condition of an item.
    pub(crate) fn check(&mut self, table: &str, key: Key, condition: &Expression) -> Result<usize, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(table)
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
    ) -> Result<usize, StoreError> {
        let write = write.map_err(|error| StoreError::Rejected(error.to_string()))?;
        self.0.push(into(TransactWriteItem::builder(), write).build());
        Ok(self.0.len() - 1)
    }

    /// Sends it. Conflicts and throttling are tried again with pauses of random length; the client token
    /// makes a repetition of what was committed unnoticed a success.
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
                        Verdict::Refused(places) => return Ok(Committed::Refused(places)),
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

enum Verdict {
    Refused(Vec<(usize, Option<Item>)>),
    Again(String),
    Wrong(String),
}

/// Reads the reason of each place.
fn verdict(reasons: &[aws_sdk_dynamodb::types::CancellationReason]) -> Verdict {
    let failed: Vec<_> = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(place, reason)| (place, reason.item.clone()))
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
        assert!(matches!(verdict, Verdict::Refused(places) if places.iter().map(|p| p.0).eq([1, 2])));
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
