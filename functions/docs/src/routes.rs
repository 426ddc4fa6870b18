//! The routes of the function.

use aviary_web::{Routes, Subject, any, routes};

use crate::{docs, docs_assets, openapi_json, root};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<()> {
    Routes::default()
        .add(any(), routes!(root::front_door))
        .add(any(), routes!(openapi_json::show_openapi))
        .add(any(), routes!(docs::show_docs))
        .add(any().about(Subject::Asset), routes!(docs_assets::asset))
}
