//! Why S3 did not do what it was asked.

use std::error::Error as StdError;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

type Source = Box<dyn StdError + Send + Sync>;

/// Why S3 did not do what it was asked. Everything in it is for the log, nothing for the client.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// S3 could not be reached, or did not answer in time or in a way that makes sense; trying later may help.
    #[error("S3 {operation} got no answer")]
    Unreachable {
        /// The operation of S3's API.
        operation: &'static str,
        /// What the SDK says.
        source: Source,
    },
    /// S3 is busy or broken; trying later may help.
    #[error("S3 {operation} is unavailable: {code}")]
    Unavailable {
        /// The operation of S3's API.
        operation: &'static str,
        /// S3's error code.
        code: String,
        /// What the SDK says.
        source: Source,
    },
    /// S3 refused; trying again will not help.
    #[error("S3 {operation} was refused: {code}")]
    Refused {
        /// The operation of S3's API.
        operation: &'static str,
        /// S3's error code.
        code: String,
        /// What the SDK says.
        source: Source,
    },
    /// S3 kept an object that was to be removed.
    #[error("S3 did not remove {key}: {code}: {message}")]
    NotRemoved {
        /// The object's key.
        key: String,
        /// S3's error code.
        code: String,
        /// S3's explanation.
        message: String,
    },
    /// An object is larger than whoever reads it takes.
    #[error("{key} was not read: it has more than {max} bytes")]
    TooLarge {
        /// The object's key.
        key: String,
        /// So many are taken.
        max: u64,
    },
    /// A URL or a form could not be signed.
    #[error("nothing could be signed for a client")]
    Unsigned(#[source] Source),
    /// What was to be sent is larger than any request can be.
    #[error("{key} was not sent: {length} bytes are more than a request can have")]
    NotSent {
        /// The object's key.
        key: String,
        /// Its length.
        length: u64,
    },
}

impl MediaError {
    /// Whether trying the same again later may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Unavailable { .. } => true,
            Self::NotRemoved { code, .. } => is_transient_code(code),
            Self::Refused { .. } | Self::TooLarge { .. } | Self::Unsigned(_) | Self::NotSent { .. } => false,
        }
    }

    /// Sorts the SDK's error by who has to do something about it.
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

    /// One entry of the list of errors in an answer to `DeleteObjects`; an object that is not there is as removed as can be.
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
    )
}
