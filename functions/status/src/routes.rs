//! The routes of the function.

use aviary_web::{Routes, any, routes};

use crate::state::StatusState;
use crate::status;

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<StatusState> {
    Routes::default().add(any().round_trips(1).of("002"), routes!(status::show_status))
}
