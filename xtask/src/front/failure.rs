//! Why an invocation has no answer.

use std::time::Duration;

use bytes::Bytes;

/// Why an invocation has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// As many requests as there are places wait already.
    #[error("more requests wait than there are places")]
    TooMany,
    /// The function reported an error, in Lambda's JSON.
    #[error("the function reported an error")]
    Reported(Bytes),
    /// The answer is larger than Lambda lets through.
    #[error("the answer is larger than Lambda lets through")]
    TooLarge,
    /// The process ended while it worked.
    #[error("its process ended: {0}")]
    Died(String),
    /// No process could be started.
    #[error("its process did not start: {0}")]
    NotStarted(String),
    /// The function took longer than it may.
    #[error("it ran longer than its time-out of {} s", .0.as_secs_f32())]
    TimedOut(Duration),
}

impl Failure {
    /// Lambda's word for it, in the answer to a direct invocation.
    pub(super) fn error_type(&self) -> &'static str {
        match self {
            Self::TooMany => "TooManyRequestsException",
            Self::Reported(_) => "Unhandled",
            Self::TooLarge => "Function.ResponseSizeTooLarge",
            Self::Died(_) | Self::NotStarted(_) => "Runtime.ExitError",
            Self::TimedOut(_) => "Sandbox.Timedout",
        }
    }
}
