//! The errors of CloudWatch Logs, in its format.

use http::StatusCode;
use serde_json::json;

/// An error response of CloudWatch Logs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogsError {
    #[error("The specified {0} does not exist.")]
    NotFound(&'static str),
    #[error("The specified {0} already exists.")]
    AlreadyExists(&'static str),
    #[error("{0}")]
    InvalidParameter(String),
    #[error("{0}")]
    Serialization(String),
    #[error("The local AWS does not know this operation.")]
    UnknownOperation,
    #[error("{0}")]
    Internal(String),
}

impl LogsError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidParameter(message.into())
    }

    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "CloudWatch Logs could not answer");
        Self::Internal(error.to_string())
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn body(&self) -> String {
        json!({"__type": self.kind(), "message": self.to_string()}).to_string()
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "ResourceNotFoundException",
            Self::AlreadyExists(_) => "ResourceAlreadyExistsException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::Serialization(_) => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Internal(_) => "InternalFailure",
        }
    }
}

impl From<rusqlite::Error> for LogsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(error)
    }
}
