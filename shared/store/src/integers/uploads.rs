//! Uploads that clients send directly to the bucket.

use aviary_model::{Timestamp, UploadId, UserId};

use super::Integers;
use crate::dynamodb::error::StoreError;
use crate::jobs::Task;

impl Integers {
    /// Makes the id of a new upload, and writes the job that removes the upload after `seconds`, whether it was used or
    /// not. One round trip.
    pub async fn announce_upload(&self, user: UserId, now: Timestamp, seconds: i64) -> Result<UploadId, StoreError> {
        let upload = UploadId::new(now, self.table.entropy())?;
        self.jobs.put(&self.job_after(Task::RemoveIntegerUpload { user, upload }, now, seconds)?).await?;
        Ok(upload)
    }
}
