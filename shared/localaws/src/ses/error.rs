//! The errors of SES, in its format.

use http::StatusCode;
use serde_json::json;

/// An error response of SES.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SesError {
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Serialization(String),
    #[error("the request is too large")]
    TooLarge,
    #[error("The local AWS does not know this operation.")]
    UnknownOperation,
    #[error("{0}")]
    Internal(String),
}

impl SesError {
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::BadRequest(message.into())
    }

    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "SES could not answer");
        Self::Internal(error.to_string())
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::Serialization(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnknownOperation => StatusCode::NOT_FOUND,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The value of the header `x-amzn-ErrorType`, by which SDKs distinguish errors.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::BadRequest(_) | Self::TooLarge => "BadRequestException",
            Self::Serialization(_) => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Internal(_) => "InternalServiceErrorException",
        }
    }

    pub(crate) fn body(&self) -> String {
        json!({"message": self.to_string()}).to_string()
    }
}

impl From<rusqlite::Error> for SesError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(error)
    }
}
