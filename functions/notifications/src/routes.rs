//! The routes of the function.

use aviary_web::{Routes, Who};
use utoipa_axum::routes;

use crate::state::NotificationsState;
use crate::{collection, read, unread};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<NotificationsState> {
    Routes::default()
        .add(Who::Own, routes!(collection::list_notifications))
        .add(Who::Own, routes!(unread::count_unread))
        .add(Who::Own, routes!(read::mark_read))
}
