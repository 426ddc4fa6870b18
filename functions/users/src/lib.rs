//! The `users` function, the user service of document 003: another view of profiles.
//!
//! A URL names its file. Drop `/api/users/` and the username from the URL; the word that remains is the file. The URL
//! of one user, `/api/users/<username>/`, is in `item.rs`.

mod response;
mod routes;
mod state;

pub mod create;
pub mod delete;
pub mod item;

pub use routes::routes;
pub use state::UsersState;
