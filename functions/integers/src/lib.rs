//! Integers: arithmetic on sets that clients have encrypted.
//!
//! A URL names its file: `/integers/set/` is `set.rs`, `/integers/session/` is `session.rs`, `/integers/operation/` is
//! `operation.rs`, `/integers/upload/` is `upload.rs`. [`arithmetic`] knows nothing of requests or storage.

mod download;
mod json_list;
mod replay;
mod request;
mod response;
mod routes;
mod set_storage;
mod state;

pub mod arithmetic;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod operation;
pub mod session;
pub mod set;
pub mod upload;

pub use routes::routes;
pub use state::{IntegersParts, IntegersState};
