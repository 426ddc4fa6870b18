//! Updates and conditions of one item.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};

use crate::dynamodb::client::{Direction, MAX_ROUNDS, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::table::Table;

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
    pub(super) update: String,
    pub(super) condition: String,
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
    pub(crate) async fn apply<Kind>(&self, table: &Table<Kind>, key: Key) -> Result<Option<Item>, StoreError> {
        Ok(match self.apply_to(table, key).await? {
            Applied::Done(was) => Some(was),
            Applied::Refused(_) => None,
        })
    }

    /// Updates this one item by itself. Transactions of others that are in conflict with it are waited for. One round
    /// trip; half the units of a transaction.
    pub(crate) async fn apply_to<Kind>(&self, table: &Table<Kind>, key: Key) -> Result<Applied, StoreError> {
        let mut last = StoreError::Passing("no attempt".to_owned());
        for round in 0..MAX_ROUNDS {
            table.db.pause_before(round).await?;
            let call = table
                .db
                .client
                .update_item()
                .table_name(&table.name)
                .set_key(Some(key.clone().into_item()))
                .update_expression(&self.update)
                .set_condition_expression(self.condition())
                .set_expression_attribute_names(self.names())
                .set_expression_attribute_values(self.values())
                .return_values(ReturnValue::AllOld)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
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

    pub(super) fn condition(&self) -> Option<String> {
        (!self.condition.is_empty()).then(|| self.condition.clone())
    }

    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}
