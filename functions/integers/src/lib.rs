//! Integers: arithmetic on sets that clients have encrypted.

mod answer;
mod begin;
mod content;
mod download;
mod kept;
mod list;
mod params;
mod place;
mod routes;
mod sent;
mod state;
mod uploaded;

pub mod equation;
pub mod evaluate;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod number;
pub mod operation;
pub mod polynomial;
pub mod session_delete;
pub mod session_replace;
pub mod session_show;
pub mod set_delete;
pub mod set_put;
pub mod set_show;
pub mod unit;
pub mod upload;
pub mod work;

pub use routes::routes;
pub use state::IntegersState;
