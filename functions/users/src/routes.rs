//! The routes of the function.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::state::UsersState;
use crate::{create, delete, item};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<UsersState> {
    Routes::default()
        .add_creating(Who::Own, CreationLimit::Unlimited, routes!(create::create_user))
        .add(Who::User, routes!(item::show_user))
        .add(Who::Own, routes!(delete::delete_user))
}
