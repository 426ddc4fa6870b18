//! The table of routes.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::{
    IntegersState, operation, session_delete, session_replace, session_show, set_delete, set_put, set_show, upload,
};

/// Every route of the function. Staff have no part in any of them.
#[must_use]
pub fn routes() -> Routes<IntegersState> {
    Routes::default()
        .add_creating(Who::Own, CreationLimit::WritesAccount, routes!(set_put::set_put))
        .add(Who::Own, routes!(set_show::set_show))
        .add(Who::Own, routes!(set_delete::set_delete))
        .add_creating(Who::Own, CreationLimit::WritesAccount, routes!(operation::operation))
        .add_creating(Who::Own, CreationLimit::WritesAccount, routes!(session_replace::session_replace))
        .add(Who::Own, routes!(session_show::session_show))
        .add(Who::Own, routes!(session_delete::session_delete))
        .add(Who::Own, routes!(upload::upload))
}
