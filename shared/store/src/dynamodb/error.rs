//! `StoreError`: failures of DynamoDB, by what a caller can do about them.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A call that did not succeed. Conditions that failed are no errors: operations say in their own types what was
/// refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, in conflict or away, after the retries; it may work in a while.
    #[error("DynamoDB is throttled or away: {0}")]
    Passing(String),
    /// Our request is wrong: a bug, or a missing permission or table.
    #[error("DynamoDB refused the request: {0}")]
    Rejected(String),
    /// An item that is not what this version wrote.
    #[error("an item of {table} can't be read: {cause}")]
    Corrupt {
        /// The table.
        table: String,
        /// What is wrong with it.
        cause: String,
    },
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] aviary_model::EntropyError),
}

impl StoreError {
    /// May the same request work in a while?
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Passing(_))
    }
}

/// The codes after which the same request may work.
const PASSING: &[&str] = &[
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

impl<E: ProvideErrorMetadata> From<SdkError<E>> for StoreError {
    fn from(error: SdkError<E>) -> Self {
        match &error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().unwrap_or("no code");
                let text = format!("{code}: {}", context.err().message().unwrap_or("no message"));
                let status = context.raw().status().as_u16();
                if PASSING.contains(&code) || status >= 500 { Self::Passing(text) } else { Self::Rejected(text) }
            }
            SdkError::TimeoutError(_) => Self::Passing("timed out".to_owned()),
            SdkError::DispatchFailure(failure) => Self::Passing(format!("no connection: {failure:?}")),
            SdkError::ResponseError(_) => Self::Passing("the answer was cut off".to_owned()),
            _ => Self::Rejected("the request could not be built".to_owned()),
        }
    }
}
