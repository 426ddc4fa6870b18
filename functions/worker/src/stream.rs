//! A batch of the jobs' stream.

use aviary_model::Timestamp;
use aviary_store::{Job, StoreError};
use serde::Deserialize;
use serde_json::Value;

use crate::Worker;

/// A record of the stream, as far as it matters.
#[derive(Debug, Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event: String,
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
struct Change {
    #[serde(rename = "NewImage")]
    new_image: Option<serde_dynamo::Item>,
}

/// Why a record could not be done.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("it is no record of a stream: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Worker {
    /// Does the jobs of a batch, and says by their sequence numbers which records are to come again: those
    /// that can't be read, or whose job could not even be put off. What there is no time for is not begun,
    /// and left to the sweep.
    pub(crate) async fn batch(&self, records: &[Value], deadline: Timestamp) -> Vec<String> {
        let mut failures = Vec::new();
        for record in records {
            if let Err(error) = self.record(record, deadline).await {
                tracing::error!(error = %error, "a record of the jobs' stream was not done");
                failures.push(sequence_number(record));
            }
        }
        failures
    }

    async fn record(&self, record: &Value, deadline: Timestamp) -> Result<(), RecordError> {
        let record = Record::deserialize(record)?;
        let image = record.dynamodb.new_image.filter(|_| record.event != "REMOVE");
        let Some(image) = image else { return Ok(()) };
        let Job { id, due_at, .. } = self.jobs.in_image(image)?;
        // Putting a job off is a change of it too.
        if self.is_due(due_at) && self.has_time(deadline) {
            self.attempt(id).await?;
        }
        Ok(())
    }
}

/// Without one, Lambda takes the whole batch for failed, which is right for a record that has none.
fn sequence_number(record: &Value) -> String {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    number.unwrap_or_default().to_owned()
}
