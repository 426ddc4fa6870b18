//! Tweets.

mod answer;
mod routes;
mod state;

pub mod delete;
pub mod post;
pub mod show;

pub use routes::routes;
pub use state::TweetsState;
