//! `StoreError`: failures of DynamoDB, by how a caller can react.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A call that failed. Failed conditions are not errors: each operation has a type of its own for what was refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB was throttled, in conflict or unreachable, even after the retries. The same request may succeed later.
    #[error("DynamoDB is throttled or away: {0}")]
    Passing(String),
    /// Other requests changed the same items in every attempt. The same request may succeed later. DynamoDB is well:
    /// who sends requests against his own ones must not look like an outage.
    #[error("others keep changing the same items: {0}")]
    Contended(&'static str),
    /// DynamoDB rejected the request: a bug, or a missing permission or table.
    #[error("DynamoDB refused the request: {0}")]
    Rejected(String),
    /// The items of one partition key have reached DynamoDB's bound of 10 GB. Other partition keys are not concerned.
    #[error("a partition is full: {0}")]
    Full(String),
    /// A stored item does not have the form that this version writes.
    #[error("an item of {table} can't be read: {cause}")]
    Corrupt {
        /// The table's name.
        table: String,
        /// The parser's message.
        cause: String,
    },
    /// The system has no random bytes.
    #[error(transparent)]
    Entropy(#[from] aviary_model::EntropyError),
}

impl StoreError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Passing(_) | Self::Contended(_))
    }
}

/// The error codes after which the same request may succeed.
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

const FULL: &str = "ItemCollectionSizeLimitExceededException";

impl<E: ProvideErrorMetadata> From<SdkError<E>> for StoreError {
    fn from(error: SdkError<E>) -> Self {
        match &error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().unwrap_or("no code");
                let text = format!("{code}: {}", context.err().message().unwrap_or("no message"));
                let status = context.raw().status().as_u16();
                if code == FULL {
                    return Self::Full(text);
                }
                if PASSING.contains(&code) || status >= 500 { Self::Passing(text) } else { Self::Rejected(text) }
            }
            SdkError::TimeoutError(_) => Self::Passing("timed out".to_owned()),
            SdkError::DispatchFailure(failure) => Self::Passing(format!("no connection: {failure:?}")),
            SdkError::ResponseError(_) => Self::Passing("the answer was cut off".to_owned()),
            _ => Self::Rejected("the request could not be built".to_owned()),
        }
    }
}
