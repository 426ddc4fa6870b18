//! The user service (document 003): another view of profiles.

mod answer;
mod routes;
mod state;

pub mod create;
pub mod delete;
pub mod show;

pub use routes::routes;
pub use state::UsersState;
