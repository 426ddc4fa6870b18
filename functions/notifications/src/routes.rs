//! The table of routes.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::{NotificationsState, list, read, unread};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<NotificationsState> {
    Routes::default()
        .add(Who::Own, routes!(list::list))
        .add(Who::Own, routes!(unread::unread))
        .add(Who::Own, routes!(read::read))
}
