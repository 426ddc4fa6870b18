//! The routes of the function.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::state::StatusState;
use crate::status;

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<StatusState> {
    Routes::default().add(Who::Any, routes!(status::show_status))
}
