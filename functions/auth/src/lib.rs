//! Accounts: signup, login, tokens, and who one is.

pub mod answers;
mod registering;
mod routes;
mod signing_in;
mod state;

pub mod jwt_create;
pub mod jwt_refresh;
pub mod jwt_verify;
pub mod login;
pub mod register;
pub mod signup;
pub mod users_me;

pub use routes::routes;
pub use state::AuthState;
