//! POSTs that create something: the layer that gives the `Idempotency-Key` to the handler and checks that it was claimed.
//!
//! The handler makes the claim, because the transaction of its write completes it.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::idempotency::IdempotencyKey;

/// Provides the request's key to the handler. A success without a claim becomes a 500: a repeated request would be
/// done again, which is a mistake of the handler.
pub(crate) async fn provide_key(mut request: Request, next: Next) -> Response {
    let key = IdempotencyKey::of(request.headers());
    request.extensions_mut().insert(key.clone());
    let response = next.run(request).await;
    if response.status().is_success() && !key.was_claimed_if_sent() {
        return ApiError::internal("a route that creates something did not claim its Idempotency-Key").into_response();
    }
    response
}

#[cfg(test)]
mod tests;
