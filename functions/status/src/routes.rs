//! The table of routes.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::{StatusState, status};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<StatusState> {
    Routes::default().add(Who::Any, routes!(status::status))
}
