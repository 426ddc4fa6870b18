//! Uploads that clients send directly to the bucket.

use aviary_model::{Timestamp, UploadId, UserId};

use super::Integers;
use crate::credentials::idempotency_keys::{IdempotencyResult, lapsed};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::transaction::{Committed, Transaction};
use crate::jobs::{Task, job_item};

impl Integers {
    /// Makes the id of a new upload.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new_upload(&self, now: Timestamp) -> Result<UploadId, StoreError> {
        Ok(UploadId::new(now, self.table.entropy())?)
    }

    /// Writes the job that removes the upload after `seconds`, whether it was used or not, and settles the request's
    /// idempotency key with it. One round trip.
    ///
    /// # Errors
    /// When the claim of the key has lapsed.
    pub async fn announce_upload(
        &self,
        user: UserId,
        upload: UploadId,
        now: Timestamp,
        seconds: i64,
        settled: Option<IdempotencyResult<'_>>,
    ) -> Result<(), StoreError> {
        let job = self.job_after(Task::RemoveIntegerUpload { user, upload }, now, seconds)?;
        let Some((claim, credentials, result)) = settled else { return self.jobs.put(&job).await };
        let mut transaction = Transaction::default();
        transaction.create(&self.jobs.table, job_item(&job)?)?;
        claim.settle(&mut transaction, credentials, &result)?;
        match transaction.commit(&self.table.db).await? {
            Committed::Done => Ok(()),
            Committed::Refused(_) => Err(lapsed()),
        }
    }
}
