#![allow(clippy::unwrap_used)]

use axum::body::Body;
use http::StatusCode;
use tower::ServiceExt;

use super::*;
use crate::route_spec::any;
use crate::routes;
use crate::routes::Routes;

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
async fn only_creating_routes_provide_the_key() {
    let routes = Routes::default().add(any(), routes!(takes));
    assert_eq!(status(routes, "/takes", None).await, StatusCode::INTERNAL_SERVER_ERROR);
}
