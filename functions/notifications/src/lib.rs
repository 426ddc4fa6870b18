//! The `notifications` function: what other users did that concerns the caller.
//!
//! A URL names its file: `/api/notifications/` is in `collection.rs`, `/api/notifications/<word>/` in `<word>.rs`.

mod response;
mod routes;
mod state;

pub mod collection;
pub mod read;
pub mod unread;

pub use routes::routes;
pub use state::{NotificationsParts, NotificationsState};
