//! One attempt at a job: put it off, run it, remove it.

use aviary_model::Timestamp;
use aviary_store::{Job, JobId, StoreError, Task};

use crate::outcome::{Outcome, TaskError};
use crate::worker::Worker;

/// After this many attempts an alarm calls a person, and the job runs once a day.
const MAX_ATTEMPTS: u32 = 8;
/// Longer than the function's timeout, so that no process begins a job that another still runs.
const FIRST_DELAY_SECONDS: i64 = 90;
const DAY_SECONDS: i64 = 24 * 3_600;
/// The clock of the process that wrote the job may be ahead by this much.
const SKEW_SECONDS: i64 = 5;
/// A job does not begin when less time is left before the deadline.
const RESERVE_SECONDS: i64 = 20;
/// An export may take longer than any other job.
const EXPORT_RESERVE_SECONDS: i64 = crate::export::LONGEST.as_secs().cast_signed() + 5;

impl Worker {
    pub(crate) fn is_due(&self, due_at: Timestamp) -> bool {
        due_at <= self.clock.now().plus_seconds(SKEW_SECONDS)
    }

    /// Whether enough time is left to begin a job. A deadline in the past is ignored: Lambda would have stopped the
    /// process, but `cargo lambda watch` sends such deadlines.
    pub(crate) fn has_time(&self, deadline: Timestamp) -> bool {
        self.has_seconds(RESERVE_SECONDS, deadline)
    }

    fn has_seconds(&self, seconds: i64, deadline: Timestamp) -> bool {
        let now = self.clock.now();
        deadline <= now || now.plus_seconds(seconds) < deadline
    }

    /// Runs a job, if it still exists and is due. A failed job is logged and is no error here: it was put off before it
    /// began.
    ///
    /// # Errors
    /// When the jobs table does not answer.
    pub(crate) async fn attempt(&self, id: JobId, deadline: Timestamp) -> Result<(), StoreError> {
        let Some(job) = self.jobs.by_id(id).await?.filter(|job| self.is_due(job.due_at)) else { return Ok(()) };
        if matches!(job.task, Task::Export { .. }) && !self.has_seconds(EXPORT_RESERVE_SECONDS, deadline) {
            // It stays due. A run that reaches it sooner begins it.
            log(&job, "an export waits for a run with more time");
            return Ok(());
        }
        let again_at = self.clock.now().plus_seconds(delay_seconds(job.attempts.saturating_add(1)));
        let Some(job) = self.jobs.begin(&job, again_at).await? else { return Ok(()) };
        let performed = match job.is_in_its_area() {
            true => self.perform(&job.task).await,
            false => Err(TaskError::OtherArea),
        };
        match performed {
            Ok(Outcome::Done) => {
                log(&job, "a job is done");
                self.jobs.done(job.id).await
            }
            Ok(Outcome::Again { task, after_seconds }) => {
                log(&job, "a job continues later");
                let due_at = self.clock.now().plus_seconds(after_seconds);
                self.jobs.again(&Job { task, due_at, attempts: 0, ..job }).await
            }
            Err(error) => {
                report(&job, &error);
                Ok(())
            }
        }
    }
}

/// How long the attempt with this number puts a job off: twice as long as the one before, and a day from
/// [`MAX_ATTEMPTS`] on.
fn delay_seconds(attempts: u32) -> i64 {
    if attempts >= MAX_ATTEMPTS { DAY_SECONDS } else { FIRST_DELAY_SECONDS << attempts.saturating_sub(1) }
}

fn log(job: &Job, message: &'static str) {
    let (kind, user) = (job.task.kind_name(), job.task.user().map(tracing::field::display));
    tracing::info!(
        target: "aviary_worker",
        { job.id = %job.id, job.kind = kind, job.attempts = job.attempts, user.id = user },
        "{message}"
    );
}

/// Logs a failed attempt. The template's alarm counts the message of the last attempt.
fn report(job: &Job, error: &TaskError) {
    let (kind, user) = (job.task.kind_name(), job.task.user().map(tracing::field::display));
    if job.attempts >= MAX_ATTEMPTS {
        tracing::error!(
            job.id = %job.id, job.kind = kind, job.attempts = job.attempts, user.id = user, error = %error,
            "a job failed too often and is left for a day"
        );
    } else {
        tracing::warn!(
            job.id = %job.id, job.kind = kind, job.attempts = job.attempts, user.id = user, error = %error,
            "a job failed and is put off"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_day() {
        let delays: Vec<i64> = (1..=9).map(delay_seconds).collect();
        assert_eq!(delays, [90, 180, 360, 720, 1_440, 2_880, 5_760, DAY_SECONDS, DAY_SECONDS]);
        assert_eq!(delay_seconds(u32::MAX), DAY_SECONDS);
    }
}
