//! POSTs that create something: what the table of routes says of them, what the documentation says of them, and the
//! layer that hands the `Idempotency-Key` to the handler and checks that it was claimed.
//!
//! The claim itself is the handler's, since it is settled in the transaction of the work.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Required, Response as Documented};

use crate::idempotency::MAX_CHARACTERS;
use crate::{ApiError, IdempotencyKey, RouteSpec, Who};

/// Hands out the request's key. A success that did not ask about the key would be done again when it is sent again:
/// that is a failure of ours, and said as one.
pub(crate) async fn hand_out_key(mut request: Request, next: Next) -> Response {
    let key = IdempotencyKey::of(request.headers());
    request.extensions_mut().insert(key.clone());
    let response = next.run(request).await;
    if response.status().is_success() && !key.was_heeded() {
        return ApiError::internal("a route that creates something did not claim its Idempotency-Key").into_response();
    }
    response
}

/// Adds what holds for every POST that creates something; what the operation says itself stays.
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
    if spec.limit.is_some() {
        answers.push(("429", "Too many in too short a time"));
    }
    for (status, description) in answers {
        let documented = &mut operation.responses.responses;
        documented.entry(status.to_owned()).or_insert_with(|| Documented::new(description).into());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use axum::body::Body;
    use http::StatusCode;
    use serde_json::Value;
    use tower::ServiceExt;
    use utoipa_axum::routes;

    use super::*;
    use crate::{RouteLimit, Routes, any, user};

    #[utoipa::path(post, path = "/forgets", responses((status = 201, description = "Made")))]
    async fn forgets() -> StatusCode {
        StatusCode::CREATED
    }

    #[utoipa::path(post, path = "/refuses", responses((status = 201, description = "Made")))]
    async fn refuses() -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    #[utoipa::path(post, path = "/takes", responses((status = 201, description = "Made"), (status = 429, description = "Own")))]
    async fn takes(_key: IdempotencyKey) -> StatusCode {
        StatusCode::CREATED
    }

    async fn status(routes: Routes<()>, path: &str, key: Option<&str>) -> StatusCode {
        let request = http::Request::post(path);
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        routes.into_router(()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_handler_that_forgets_the_key_fails() {
        let routes = || Routes::default().add(any().creates(), routes!(forgets));
        assert_eq!(status(routes(), "/forgets", Some("k")).await, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(status(routes(), "/forgets", Some(" ")).await, StatusCode::CREATED, "a blank key is none");
        assert_eq!(status(routes(), "/forgets", None).await, StatusCode::CREATED);
        let routes = Routes::default().add(any().creates(), routes!(refuses));
        assert_eq!(status(routes, "/refuses", Some("k")).await, StatusCode::BAD_REQUEST, "nothing was created");
    }

    #[tokio::test]
    async fn a_handler_that_takes_a_key_on_a_route_that_does_not_say_so_fails() {
        let routes = Routes::default().add(any(), routes!(takes));
        assert_eq!(status(routes, "/takes", None).await, StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn the_documentation_says_what_a_key_can_come_to() {
        let routes: Routes<()> =
            Routes::default().add(user().creates().limit(RouteLimit::WritesAccount), routes!(takes));
        let openapi = serde_json::to_value(routes.openapi()).unwrap();
        let operation = openapi.pointer("/paths/~1takes/post").unwrap();
        let text = |pointer: &str| operation.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
        assert_eq!(text("/parameters/0/name").as_deref(), Some("Idempotency-Key"));
        assert_eq!(text("/parameters/0/in").as_deref(), Some("header"));
        assert!(text("/responses/409/description").is_some() && text("/responses/422/description").is_some());
        assert_eq!(text("/responses/429/description").as_deref(), Some("Own"), "its own words stay");
    }
}
