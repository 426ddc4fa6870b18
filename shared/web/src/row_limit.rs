//! [`RowLimit`]: the limit that the row of the request's route names, handed to the extractors.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::error::ApiError;
use crate::route_spec::RouteLimit;

/// The limit of the request's row, if it names one. [`crate::Routes::add`] puts it into the request's extensions, so no
/// handler names or forgets a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLimit(pub Option<RouteLimit>);

impl<S: Send + Sync> FromRequestParts<S> for RowLimit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::internal("the route is not in the table of routes");
        parts.extensions.get::<Self>().copied().ok_or_else(missing)
    }
}
