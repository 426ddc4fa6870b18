//! The schedule's part: jobs that were put off, or left.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_model::{SessionId, Timestamp};
use aviary_runtime::StartError;
use aviary_store::StoreError;
use futures_util::StreamExt;

use crate::worker::Worker;

/// Jobs mostly wait for somebody's answer; a few can do so beside each other.
const AT_ONCE: usize = 4;

/// Some jobs could not even be put off.
#[derive(Debug, thiserror::Error)]
#[error("{0} due jobs could not be begun or ended; the next sweep comes for them")]
pub(crate) struct SweepError(usize);

impl Worker {
    /// Does what is due, oldest first, page after page as long as there is time. Answers how much was due.
    pub(crate) async fn sweep(&self, deadline: Timestamp) -> Result<usize, StartError> {
        let mut seen = HashSet::new();
        let mut failures = 0;
        loop {
            let mut due = self.jobs.due(self.clock.now()).await?;
            // The index lags, and what could not be begun is still due: neither is tried twice in one sweep.
            due.retain(|id| seen.insert(*id));
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

    /// Answers how many could not be begun or ended.
    async fn attempt_each(&self, due: Vec<SessionId>, deadline: Timestamp) -> usize {
        let failures = AtomicUsize::new(0);
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
        failures.into_inner()
    }
}

fn note(error: &StoreError) {
    tracing::error!(error = %error, "a due job could not be begun or ended");
}
