//! The OpenAPI document of the service, made from the functions' tables of routes.
//!
//! A handler's annotation says what is its own: path, parameters, body, and what each status means. What holds for
//! every route (media types of bodies, credentials, errors, limits, idempotency keys, headers) is added here from the
//! row, so that it is written once. Nothing here runs in a function.

mod body;
mod document;
mod errors;
mod joined;
mod operation;
mod schemas;
mod security;
mod words;

use http::Method;
use serde_json::Value;

use crate::described::Documentation;
use crate::openapi::schemas::Components;
use crate::route_spec::RouteSpec;
use crate::routes::Route;

pub use document::{Example, Examples, document};
#[doc(hidden)]
pub use joined::joined;

/// What the document says about the routes of one function.
#[derive(Debug, Default)]
pub struct Documented {
    /// The operations, in the order of the table.
    pub operations: Vec<DocumentedOperation>,
    components: Components,
}

/// One operation.
#[derive(Debug)]
pub struct DocumentedOperation {
    /// The method.
    pub method: Method,
    /// The path without a trailing slash.
    pub path: String,
    /// The row.
    pub spec: RouteSpec,
    /// Whether it answers with pages for people. Those are no part of the document.
    pub is_page: bool,
    /// The operation object.
    pub json: Value,
}

impl Documented {
    pub(crate) fn of<'a>(rows: impl Iterator<Item = (&'a Route, &'a Documentation)>) -> Self {
        let mut all = Self::default();
        for (route, documentation) in rows {
            let mut schemas = Vec::new();
            (documentation.schemas)(&mut schemas);
            all.components.collect(schemas);
            let tags = (documentation.tags)();
            let annotation = serde_json::to_value((documentation.operation)()).unwrap_or_default();
            all.operations.push(DocumentedOperation {
                method: route.method.clone(),
                path: route.path.clone(),
                spec: route.spec,
                is_page: operation::is_page(&annotation),
                json: operation::complete(route, (annotation, &tags), &mut all.components),
            });
        }
        all
    }

    /// The operation of a row.
    #[must_use]
    pub fn operation(&self, route: &Route) -> Option<&Value> {
        let found = self.operations.iter().find(|one| one.method == route.method && one.path == route.path);
        found.map(|operation| &operation.json)
    }
}

#[cfg(test)]
mod tests;
