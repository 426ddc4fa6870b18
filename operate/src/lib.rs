//! What an operator does to a deployment: `cargo xtask staff`, `import-django` and `recount`.
//!
//! A program of its own, so that the developers' tasks need not be linked with the AWS SDK. It finds its
//! tables as the functions do, in `AVIARY_` variables.

pub mod cli;
pub mod dump;
pub mod import;
pub mod newcomer;
pub mod operator;
pub mod recount;
pub mod staff;
