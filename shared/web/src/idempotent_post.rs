//! POSTs that create something: their part of the OpenAPI document, and the layer that gives the `Idempotency-Key` to the
//! handler and checks that it was claimed.
//!
//! The handler makes the claim, because the transaction of its write completes it.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Required, Response as Documented};

use crate::error::ApiError;
use crate::idempotency::{IdempotencyKey, MAX_CHARACTERS};
use crate::route_spec::{RouteSpec, Who};

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

/// Documents the header and its responses. Responses that the operation documents itself stay.
pub(crate) fn document(operation: &mut Operation, spec: &RouteSpec) {
    let description =
        format!("A request that is sent again with it is done once, for a day. At most {MAX_CHARACTERS} characters.");
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).max_length(Some(MAX_CHARACTERS)),
        ));
    operation.parameters.get_or_insert_default().push(key.build().into());
    let mut answers = vec![("409", "The first request with this Idempotency-Key is under way")];
    if spec.who != Who::Any {
        answers.push(("422", "This Idempotency-Key was used for a request with another body"));
    }
    for (status, description) in answers {
        let documented = &mut operation.responses.responses;
        documented.entry(status.to_owned()).or_insert_with(|| Documented::new(description).into());
    }
}

#[cfg(test)]
mod tests;
