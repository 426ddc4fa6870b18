//! The one wrapper for transactions: conditions are answers, conflicts are tried again.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

use crate::db::{Direction, MAX_ROUNDS, metered};
use crate::item::Item;
use crate::{Db, StoreError};

/// Writes that happen together or not at all.
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

impl Transaction {
    /// Writes an item that must not be there yet. Says at which place of the transaction it stands.
    pub(crate) fn create(&mut self, table: &str, item: Item) -> Result<usize, StoreError> {
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Rejected(error.to_string()))?;
        self.0.push(TransactWriteItem::builder().put(put).build());
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
