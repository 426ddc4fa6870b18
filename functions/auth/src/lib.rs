//! Accounts: signups, logins, tokens, sessions, and all that can be done with an account.

mod changing;
mod deleting;
mod events;
mod registering;
mod routes;
mod signing_in;
mod state;

pub mod account_by_name;
pub mod activities;
pub mod answers;
pub mod jwks;
pub mod jwt_create;
pub mod jwt_for_token;
pub mod jwt_refresh;
pub mod jwt_verify;
pub mod login;
pub mod logout;
pub mod register;
pub mod reset_password;
pub mod sessions;
pub mod set_password;
pub mod signup;
pub mod token_login;
pub mod token_logout;
pub mod user_edit;
pub mod user_logout;
pub mod user_register;
pub mod users_create;
pub mod users_me;
pub mod web_login;

pub use routes::routes;
pub use state::AuthState;
