//! The table of routes.

use aviary_web::{CreationLimit, Routes, Who};
use utoipa_axum::routes;

use crate::{TweetsState, delete, post, show};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<TweetsState> {
    Routes::default()
        .add_creating(Who::User, CreationLimit::WritesAccount, routes!(post::post))
        .add(Who::Any, routes!(show::show))
        .add(Who::Own, routes!(delete::delete))
}
