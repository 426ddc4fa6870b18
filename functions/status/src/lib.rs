//! Is the service there, and what it stands on?

mod routes;
mod state;

pub mod status;

pub use routes::routes;
pub use state::StatusState;
