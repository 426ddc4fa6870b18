//! Notifications: what others did that concerns the caller.

mod answer;
mod routes;
mod state;

pub mod list;
pub mod read;
pub mod unread;

pub use routes::routes;
pub use state::NotificationsState;
