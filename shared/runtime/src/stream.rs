//! Batches of DynamoDB streams, with `aws_lambda_events`' types.
//!
//! That crate parses a batch as a whole, so that one malformed record would fail all of them, again and again. Here each
//! record is parsed on its own and fails alone.

use aws_lambda_events::dynamodb::EventRecord;
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use serde::Deserialize;
use serde_json::Value;

use crate::start::StartError;

/// The records of a stream's event, not parsed yet. `None` for an event of another kind.
#[must_use]
pub fn stream_records(event: &Value) -> Option<&[Value]> {
    event.get("Records")?.as_array().map(Vec::as_slice)
}

/// Parses one record.
///
/// # Errors
/// When it is not a record of a DynamoDB stream.
pub fn parse_record(record: &Value) -> Result<EventRecord, serde_json::Error> {
    EventRecord::deserialize(record)
}

/// The response to a batch: Lambda delivers the failed records again, and everything behind the first of them.
///
/// A record is named by its sequence number. A malformed one without a number is named by an empty text, for which
/// Lambda delivers the whole batch again.
///
/// # Errors
/// Never: the response is plain text.
pub fn batch_response<'a>(failed: impl IntoIterator<Item = &'a Value>) -> Result<Value, StartError> {
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failed.into_iter().map(failure).collect();
    Ok(serde_json::to_value(response)?)
}

fn failure(record: &Value) -> DynamoDbBatchItemFailure {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(number.unwrap_or_default().to_owned());
    failure
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn only_events_of_streams_have_records() {
        assert_eq!(stream_records(&json!({ "Records": [1] })).map(<[Value]>::len), Some(1));
        for other in [json!({}), json!([]), json!("x"), json!({ "Records": {} })] {
            assert_eq!(stream_records(&other), None);
        }
    }

    #[test]
    fn a_malformed_record_is_named_if_it_has_a_number() {
        let numbered = json!({ "dynamodb": { "SequenceNumber": "42" } });
        assert!(parse_record(&numbered).is_err());
        let response = batch_response([&numbered, &json!({})]).unwrap();
        assert_eq!(response, json!({ "batchItemFailures": [{ "itemIdentifier": "42" }, { "itemIdentifier": "" }] }));
        assert_eq!(batch_response([]).unwrap(), json!({ "batchItemFailures": [] }));
    }
}
