//! Bodies that a handler does not use.

use axum::extract::{FromRequest, Request};

use crate::body::Payload;
use crate::error::ApiError;
use crate::form::Form;

/// The form of a request whose handler reads no field, for the CSRF token alone. A body that can't be read is an empty
/// form: clients of document 003 send a `DELETE` with anything.
#[derive(Debug)]
pub struct UnreadBody(pub Form);

impl<S: Send + Sync> FromRequest<S> for UnreadBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Payload::from_request(request, state).await {
            Ok(Payload(form)) => Ok(Self(form)),
            Err(error) if error.status().is_client_error() => Ok(Self(Form::default())),
            Err(error) => Err(error),
        }
    }
}
