//! Runs, on a schedule, the jobs that were put off or left behind.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_model::Timestamp;
use aviary_runtime::StartError;
use aviary_store::{JobArea, JobId, StoreError};
use futures_util::StreamExt;

use crate::worker::Worker;

/// Concurrent jobs. They mostly wait for AWS services.
const AT_ONCE: usize = 4;

/// This many jobs could not be put off, or not removed after they were done.
#[derive(Debug, thiserror::Error)]
#[error("{0} due jobs could not be begun or ended; the next sweep tries them again")]
pub(crate) struct SweepError(usize);

impl Worker {
    /// Runs due jobs page by page, oldest first, while time is left. Returns how many were due.
    pub(crate) async fn sweep(&self, deadline: Timestamp) -> Result<usize, StartError> {
        let mut seen = HashSet::new();
        let mut failures = 0;
        loop {
            let mut due = self.jobs.due(self.clock.now()).await?;
            // The index lags, and jobs that could not begin are still due: neither is tried twice in one sweep.
            due.retain(|id| seen.insert(*id));
            // Mails come first, however much somebody has deleted.
            due.sort_by_key(|id| id.area() != Some(JobArea::Accounts));
            if due.is_empty() || !self.has_time(deadline) {
                break;
            }
            failures += self.attempt_each(due, deadline).await;
        }
        match failures {
            0 => Ok(seen.len()),
            failures => Err(SweepError(failures).into()),
        }
    }

    /// Returns how many could not be begun or ended.
    async fn attempt_each(&self, due: Vec<JobId>, deadline: Timestamp) -> usize {
        let failures = AtomicUsize::new(0);
        futures_util::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |id| {
                let failures = &failures;
                async move {
                    if self.has_time(deadline)
                        && let Err(error) = self.attempt(id, deadline).await
                    {
                        note(&error);
                        failures.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
            .await;
        failures.into_inner()
    }
}

fn note(error: &StoreError) {
    tracing::error!(error = %error, "a due job could not be begun or ended");
}
