//! The schedule's part: jobs that were put off, or left.

use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_model::Timestamp;
use aviary_store::StoreError;
use futures_util::StreamExt;

use crate::Worker;

/// Jobs mostly wait for somebody's answer; a few can do so beside each other.
const AT_ONCE: usize = 4;

/// Some jobs could not even be put off.
#[derive(Debug, thiserror::Error)]
#[error("{0} due jobs could not be begun or ended; the next sweep comes for them")]
pub(crate) struct SweepError(usize);

impl Worker {
    /// Does what is due, oldest first, as long as there is time. Answers how much was due.
    pub(crate) async fn sweep(&self, deadline: Timestamp) -> Result<usize, aviary_web::StartError> {
        let due = self.jobs.due(self.clock.now()).await?;
        let failures = AtomicUsize::new(0);
        let count = due.len();
        futures_util::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |id| {
                let failures = &failures;
                async move {
                    if self.has_time(deadline)
                        && let Err(error) = self.attempt(id).await
                    {
                        note(&error);
                        failures.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
            .await;
        match failures.into_inner() {
            0 => Ok(count),
            failures => Err(SweepError(failures).into()),
        }
    }
}

fn note(error: &StoreError) {
    tracing::error!(error = %error, "a due job could not be begun or ended");
}
