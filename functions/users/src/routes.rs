//! The table of routes.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::{UsersState, create, delete, show};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<UsersState> {
    Routes::default()
        .add_creating(Who::Own, CreationLimit::Unlimited, routes!(create::create))
        .add(Who::User, routes!(show::show))
        .add(Who::Own, routes!(delete::delete))
}
