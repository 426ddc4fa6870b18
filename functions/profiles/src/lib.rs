//! Profiles: what is shown of a user.

mod answer;
mod routes;
mod state;

pub mod default_picture;
pub mod show;
pub mod update;

pub use routes::routes;
pub use state::ProfilesState;
