//! [`RowLimit`]: the limit that the row of the request's route names, handed to the extractors.

use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{FromRequestParts, Request};
use http::request::Parts;
use tower::{Layer, Service};

use crate::error::ApiError;
use crate::logged_caller::RequestLog;
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

/// Tells the handlers of a row its limit, and the log line its path.
#[derive(Clone, Debug)]
pub(crate) struct InRow {
    pub(crate) path: Arc<str>,
    pub(crate) limit: RowLimit,
}

impl<S> Layer<S> for InRow {
    type Service = ServedInRow<S>;

    fn layer(&self, inner: S) -> ServedInRow<S> {
        ServedInRow { row: self.clone(), inner }
    }
}

/// The handlers of a row.
#[derive(Clone, Debug)]
pub(crate) struct ServedInRow<S> {
    row: InRow,
    inner: S,
}

impl<S: Service<Request>> Service<Request> for ServedInRow<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> S::Future {
        if let Some(log) = request.extensions().get::<RequestLog>() {
            log.set_route(self.row.path.clone());
        }
        request.extensions_mut().insert(self.row.limit);
        self.inner.call(request)
    }
}
