//! The `auth` function: signups, logins, tokens, sessions, and everything that a user does with an account.
//!
//! The path of a URL names the file of its handlers, all methods in one: `POST /api/auth/login/` is in
//! `src/endpoints/api_auth_login.rs`.
//!
//! - Each `/`, `-` and `.` becomes `_`: `/.well-known/jwks.json` is in `well_known_jwks_json.rs`.
//! - A parameter becomes `by_` and its name: `/api/auth/delete/{username}` is in `api_auth_delete_by_username.rs`.
//! - A path that does the same as another calls its handler: `api_jwt_verify.rs` calls `auth_jwt_verify.rs`.
//!
//! What the documents' own front-ends call beside the documents is in `src/originals/`, named in the same way.
//!
//! What several endpoints share is in `src/flows/`, their shared request and response bodies are in `src/bodies.rs`.

mod flows;
mod routes;
mod state;

pub mod bodies;
pub mod endpoints;
pub mod originals;

pub use routes::routes;
pub use state::{AuthParts, AuthState};
