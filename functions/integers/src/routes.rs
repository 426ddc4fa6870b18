//! The route table.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::state::IntegersState;
use crate::{operation, session, set, upload};

/// Every route of the function. All are for the owner of the integers; staff have no access.
#[must_use]
pub fn routes() -> Routes<IntegersState> {
    Routes::default()
        .add_creating(Who::Own, CreationLimit::WritesAccount, routes!(set::store_set))
        .add(Who::Own, routes!(set::show_set))
        .add(Who::Own, routes!(set::delete_set))
        .add_creating(Who::Own, CreationLimit::WritesAccount, routes!(operation::compute_set))
        .add_creating(Who::Own, CreationLimit::WritesAccount, routes!(session::replace_session))
        .add(Who::Own, routes!(session::show_session))
        .add(Who::Own, routes!(session::delete_session))
        .add(Who::Own, routes!(upload::create_upload))
}
