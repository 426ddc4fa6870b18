//! Errors of requests to S3.

use std::error::Error as StdError;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

type Source = Box<dyn StdError + Send + Sync>;

/// Why a request to S3 failed. All texts are for the log; clients see none of them.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// S3 could not be reached, or its response was late or invalid. A later attempt may succeed.
    #[error("S3 {operation} got no answer")]
    Unreachable {
        /// The S3 operation.
        operation: &'static str,
        /// The SDK's error.
        source: Source,
    },
    /// S3 is overloaded or failed. A later attempt may succeed.
    #[error("S3 {operation} is unavailable: {code}")]
    Unavailable {
        /// The S3 operation.
        operation: &'static str,
        /// S3's error code.
        code: String,
        /// The SDK's error.
        source: Source,
    },
    /// S3 refused the request. The same request will be refused again.
    #[error("S3 {operation} was refused: {code}")]
    Refused {
        /// The S3 operation.
        operation: &'static str,
        /// S3's error code.
        code: String,
        /// The SDK's error.
        source: Source,
    },
    /// S3 did not remove an object.
    #[error("S3 did not remove {key}: {code}: {message}")]
    NotRemoved {
        /// The object's key.
        key: String,
        /// S3's error code.
        code: String,
        /// S3's explanation.
        message: String,
    },
    /// An object is larger than its reader accepts.
    #[error("{key} was not read: it has more than {max} bytes")]
    TooLarge {
        /// The object's key.
        key: String,
        /// The most bytes that the reader accepts.
        max: u64,
    },
    /// A URL or a form could not be signed.
    #[error("a URL or form could not be signed")]
    Unsigned(#[source] Source),
    /// A body is larger than a request can be.
    #[error("{key} was not sent: {length} bytes are more than a request can have")]
    NotSent {
        /// The object's key.
        key: String,
        /// Its length.
        length: u64,
    },
}

impl MediaError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Unavailable { .. } => true,
            Self::NotRemoved { code, .. } => is_transient_code(code),
            Self::Refused { .. } | Self::TooLarge { .. } | Self::Unsigned(_) | Self::NotSent { .. } => false,
        }
    }

    /// Converts the SDK's error.
    pub(super) fn s3<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code().map_or_else(|| format!("HTTP {status}"), str::to_owned);
                if status >= 500 || status == 429 || is_transient_code(&code) {
                    Self::Unavailable { operation, code, source: error.into() }
                } else {
                    Self::Refused { operation, code, source: error.into() }
                }
            }
            SdkError::ConstructionFailure(_) => {
                Self::Refused { operation, code: "the request could not be made".to_owned(), source: error.into() }
            }
            _ => Self::Unreachable { operation, source: error.into() },
        }
    }

    /// Converts an entry of the error list of a `DeleteObjects` response. Returns `None` for an object that does not
    /// exist.
    pub(super) fn not_removed(error: &aws_sdk_s3::types::Error) -> Option<Self> {
        let code = error.code().unwrap_or("no code");
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        (code != "NoSuchKey").then(|| Self::NotRemoved {
            key: text(error.key()),
            code: code.to_owned(),
            message: text(error.message()),
        })
    }
}

fn is_transient_code(code: &str) -> bool {
    matches!(
        code,
        "SlowDown"
            | "InternalError"
            | "ServiceUnavailable"
            | "RequestTimeout"
            | "ThrottlingException"
            | "OperationAborted"
            // Two conditional writes of one key at once.
            | "ConditionalRequestConflict"
    )
}
