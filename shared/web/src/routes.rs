//! The table of routes: each path's handlers, who may call them, and where their documentation is.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::MethodRouter;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

use crate::cookies::Cookies;
use crate::described::{Described, Documentation};
use crate::error::ApiError;
use crate::error_message::tell_message;
use crate::idempotent_post::provide_key;
use crate::logged_caller::RequestLog;
use crate::openapi::Documented;
use crate::route_spec::{RouteSpec, Who};
use crate::row_limit::{InRow, RowLimit};

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path without a trailing slash. Variable segments are in braces.
    pub path: String,
    /// The description of the route.
    pub spec: RouteSpec,
}

/// The routes of a function.
pub struct Routes<S> {
    table: Vec<Route>,
    documentation: Vec<Documentation>,
    routers: BTreeMap<String, MethodRouter<S>>,
    asks_first: Option<&'static str>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { table: Vec::new(), documentation: Vec::new(), routers: BTreeMap::new(), asks_first: None }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds one annotated handler, made by `routes!(handler)`.
    #[must_use]
    pub fn add(mut self, spec: RouteSpec, described: Described<S>) -> Self {
        let Described { method, path, documentation, router } = described;
        let router = if spec.needs_key() { router.route_layer(from_fn(provide_key)) } else { router };
        let router = if spec.tells_message { router.route_layer(from_fn(tell_message)) } else { router };
        let router = router.route_layer(InRow { path: path.as_str().into(), limit: RowLimit(spec.limit) });
        let router = match self.routers.remove(&path) {
            Some(before) => before.merge(router),
            None => router,
        };
        self.routers.insert(path.clone(), router);
        self.table.push(Route { method, path, spec });
        self.documentation.push(documentation);
        self
    }

    /// Makes paths with this prefix respond with 401 instead of 405 to anonymous clients, even if one of their methods
    /// is for anyone. Djoser's viewset checks the caller before the method.
    #[must_use]
    pub fn asks_first(mut self, prefix: &'static str) -> Self {
        self.asks_first = Some(prefix);
        self
    }

    /// All routes, in the order in which they were added.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// What the OpenAPI document says about these routes. Only here is it made; a function's start never asks for it.
    #[must_use]
    pub fn documented(&self) -> Documented {
        Documented::of(self.table.iter().zip(&self.documentation))
    }

    /// The router. Unknown paths and methods get 404 and 405 in DRF's shape.
    pub fn into_router(self, state: S) -> Router {
        let Self { table, routers, asks_first, .. } = self;
        let router = routers.into_iter().fold(Router::new(), |router, (path, methods)| {
            let rows: Vec<&Route> = table.iter().filter(|row| row.path == path).collect();
            let allow = allow(&rows);
            let all_private = rows.iter().all(|row| row.spec.who != Who::Any)
                || asks_first.is_some_and(|prefix| path.starts_with(prefix));
            let row: Arc<str> = path.as_str().into();
            let refuse = move |log: RequestLog, method: Method, headers: HeaderMap| {
                log.set_route(row.clone());
                let error = if all_private && is_anonymous(&headers) {
                    ApiError::not_authenticated()
                } else {
                    ApiError::method_not_allowed(&method, &allow)
                };
                std::future::ready(error)
            };
            router.route(&path, methods.fallback(refuse))
        });
        router.fallback(|| std::future::ready(ApiError::not_found())).with_state(state)
    }
}

/// Whether the request has no credential. Django REST framework checks this before the method.
fn is_anonymous(headers: &HeaderMap) -> bool {
    !headers.contains_key(AUTHORIZATION) && Cookies::of(headers).session.is_none()
}

fn allow(rows: &[&Route]) -> String {
    let mut methods: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.join(", ")
}

impl<S> std::fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.table.fmt(f)
    }
}
