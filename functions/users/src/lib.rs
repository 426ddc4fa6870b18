//! The `users` function, the user service of document 003: another view of profiles.
//!
//! A URL names its file. Drop `/api/users/` and the usernames from the URL; the words that remain, joined by `_`, are the
//! file. The URL of one user, `/api/users/<username>/`, is in `item.rs`. What the document's clients call beside it is in
//! `originals/`.

mod named_user;
mod response;
mod routes;
mod state;

pub mod create;
pub mod delete;
pub mod item;
pub mod originals;

pub use routes::routes;
pub use state::{UsersParts, UsersState};
