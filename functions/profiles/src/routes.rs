//! The table of routes.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::{ProfilesState, default_picture, show, update};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<ProfilesState> {
    Routes::default()
        .add(Who::Any, routes!(show::show))
        .add(Who::Any, routes!(default_picture::default_picture))
        .add(Who::Own, routes!(update::update))
}
