//! The result of one run of a job.

use aviary_media::{InvalidKey, MediaError};
use aviary_model::EntropyError;
use aviary_store::{StoreError, Task};

use crate::mailer::MailError;

/// When a second round begins: by then the indexes show what was written, and requests that were under way have ended.
const SECOND_ROUND_AFTER_SECONDS: i64 = 60;

/// The result of a run that did not fail.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The job is complete.
    Done,
    /// The job continues with this task.
    Again { task: Task, after_seconds: i64 },
}

/// Why a run failed. No variant holds an address or a token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaskError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The job names an object that is not the user's own.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// A newer version of the service wrote the job, and will run it.
    #[error("this version does not know the job's kind")]
    Unknown,
    /// A function wrote the job that may not write jobs of its kind.
    #[error("the job lies where its kind is not written")]
    OtherArea,
    /// An export begins anew.
    #[error("a set was replaced while it was exported")]
    Replaced,
    /// A purge never removes what an existing account has.
    #[error("the account to be purged still exists")]
    AccountIsThere,
}

/// After the first round, a second one: a task that finds items by an index may have missed the newest.
pub(crate) fn second_round(round: u32, task: impl FnOnce(u32) -> Task) -> Outcome {
    match round {
        0 => Outcome::Again { task: task(1), after_seconds: SECOND_ROUND_AFTER_SECONDS },
        _ => Outcome::Done,
    }
}
