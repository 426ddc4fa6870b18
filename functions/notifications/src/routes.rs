//! The routes of the function.

use aviary_web::{RouteLimit, Routes, own, routes};

use crate::state::NotificationsState;
use crate::{collection, read, unread};

/// Every route of the function.
#[must_use]
pub fn routes() -> Routes<NotificationsState> {
    let notifications = own().of("001");
    Routes::default()
        .add(notifications.round_trips(2), routes!(collection::list_notifications))
        .add(notifications.round_trips(1), routes!(unread::count_unread))
        .add(
            notifications
                .repeatable("A notification that is read stays read.")
                .limit(RouteLimit::OtherWritesAccount)
                .round_trips(3),
            routes!(read::mark_read),
        )
}
