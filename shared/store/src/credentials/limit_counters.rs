//! Rate limit counters with fixed windows: `LIMIT#<counter> / LIMIT`.

use aviary_model::Timestamp;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};

use crate::credentials::Credentials;
use crate::dynamodb::client::{Direction, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key, number};

/// A counter's state after a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The count in this window, including this one.
    pub count: i64,
    /// When the window ends, in whole seconds since 1970.
    pub resets_at: i64,
}

#[derive(serde::Deserialize)]
struct Window {
    n: i64,
    expires_at: i64,
}

impl Credentials {
    /// Adds one to a counter. The first count starts the window. One round trip, two if an old window has ended.
    pub async fn count(&self, counter: &str, window_seconds: i64, now: Timestamp) -> Result<Counted, StoreError> {
        self.count_many(counter, 1, window_seconds, now).await
    }

    /// Adds `amount` to a counter, such as a number of bytes. Its cost is that of [`Credentials::count`].
    pub async fn count_many(
        &self,
        counter: &str,
        amount: i64,
        window_seconds: i64,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let (now, end) = (now.seconds(), now.seconds() + window_seconds);
        if let Some(counted) = self.count_within(counter, amount, now, end).await? {
            return Ok(counted);
        }
        match self.begin_window(counter, amount, now, end).await? {
            Some(counted) => Ok(counted),
            // Another request began the window a moment ago.
            None => self
                .count_within(counter, amount, now, end)
                .await?
                .ok_or_else(|| StoreError::Passing(format!("the counter {counter} changes too fast"))),
        }
    }

    /// Whether the current window has a count above 0. One round trip.
    pub async fn counted(&self, counter: &str, now: Timestamp) -> Result<bool, StoreError> {
        let found = self.table.get::<Window>(Key::new(format!("LIMIT#{counter}"), "LIMIT")).await?;
        Ok(found.is_some_and(|window| window.n > 0 && window.expires_at > now.seconds()))
    }

    /// Undoes one count, if its window has not ended. One round trip.
    pub async fn uncount(&self, counter: &str, counted: Counted) -> Result<(), StoreError> {
        self.uncount_many(counter, 1, counted).await
    }

    /// Undoes counts of `amount`, if their window has not ended and holds as many. One round trip.
    pub async fn uncount_many(&self, counter: &str, amount: i64, counted: Counted) -> Result<(), StoreError> {
        let call = self
            .counter(counter)
            .update_expression("ADD n :minus")
            .condition_expression("expires_at = :end AND n >= :amount")
            .expression_attribute_values(":minus", number(-amount))
            .expression_attribute_values(":end", number(counted.resets_at))
            .expression_attribute_values(":amount", number(amount));
        conditional(call).await.map(|_| ())
    }

    async fn count_within(
        &self,
        counter: &str,
        amount: i64,
        now: i64,
        end: i64,
    ) -> Result<Option<Counted>, StoreError> {
        let call = self
            .counter(counter)
            .update_expression("SET expires_at = if_not_exists(expires_at, :end) ADD n :amount")
            .condition_expression("attribute_not_exists(pk) OR expires_at > :now")
            .expression_attribute_values(":amount", number(amount))
            .expression_attribute_values(":end", number(end))
            .expression_attribute_values(":now", number(now));
        conditional(call).await.map(|item| item.and_then(counted))
    }

    async fn begin_window(
        &self,
        counter: &str,
        amount: i64,
        now: i64,
        end: i64,
    ) -> Result<Option<Counted>, StoreError> {
        let call = self
            .counter(counter)
            .update_expression("SET expires_at = :end, n = :amount")
            .condition_expression("expires_at <= :now")
            .expression_attribute_values(":amount", number(amount))
            .expression_attribute_values(":end", number(end))
            .expression_attribute_values(":now", number(now));
        conditional(call).await.map(|item| item.and_then(counted))
    }

    fn counter(&self, counter: &str) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.table
            .db
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(Key::new(format!("LIMIT#{counter}"), "LIMIT").into_item()))
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

/// `None` if the condition failed.
async fn conditional(
    call: aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder,
) -> Result<Option<Item>, StoreError> {
    match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
        Ok(output) => Ok(output.attributes),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
            _ => Err(error.into()),
        },
    }
}

fn counted(item: Item) -> Option<Counted> {
    let number = |name: &str| match item.get(name) {
        Some(AttributeValue::N(number)) => number.parse().ok(),
        _ => None,
    };
    Some(Counted { count: number("n")?, resets_at: number("expires_at")? })
}
