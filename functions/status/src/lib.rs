//! The `status` function: whether the service and the AWS services that it depends on work.
//!
//! A URL names its file: `/status/` is in `status.rs`.

mod kept_checks;
mod routes;
mod state;

pub mod status;

pub use routes::routes;
pub use state::{StatusParts, StatusState};
