//! Runs the jobs of one batch of the jobs table's stream.

use aviary_model::Timestamp;
use aviary_runtime::parse_record;
use aviary_store::{Job, StoreError};
use serde_json::Value;

use crate::worker::Worker;

/// Why a record failed.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("it is not a record of a DynamoDB stream: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Worker {
    /// Runs the jobs of a batch and returns the records that failed: those that can't be read, and those whose job
    /// could not even be put off. When the time runs out, the remaining jobs are not begun, and the sweep runs them.
    pub(crate) async fn batch<'a>(&self, records: &'a [Value], deadline: Timestamp) -> Vec<&'a Value> {
        let mut failed = Vec::new();
        for record in records {
            if let Err(error) = self.record(record, deadline).await {
                tracing::error!(error = %error, "a record of the jobs stream failed");
                failed.push(record);
            }
        }
        failed
    }

    async fn record(&self, record: &Value, deadline: Timestamp) -> Result<(), RecordError> {
        let record = parse_record(record)?;
        let image = record.change.new_image;
        if record.event_name == "REMOVE" || image.is_empty() {
            return Ok(());
        }
        let Job { id, due_at, .. } = self.jobs.in_image(image)?;
        // Putting a job off changes its item, so the stream reports jobs that are not due too.
        if self.is_due(due_at) && self.has_time(deadline) {
            self.attempt(id, deadline).await?;
        }
        Ok(())
    }
}
