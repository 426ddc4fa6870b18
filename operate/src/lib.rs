//! The operator's tasks on a deployment: `cargo xtask staff`, `import-django`, `migrate`, `recount` and `sweep-media`.
//!
//! It is a separate program, so that `xtask` does not link the AWS SDK. It finds its tables in `AVIARY_` variables, as
//! the functions do.

pub mod cli;
pub mod django_dump;
pub mod import;
pub mod imported_user;
pub mod migrate;
pub mod operator;
pub mod recount;
pub mod staff;
pub mod sweep_media;
