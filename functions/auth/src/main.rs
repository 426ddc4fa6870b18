//! The binary of the `auth` function.

use std::process::ExitCode;
use std::sync::Arc;

use auth_function::{AuthParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(AuthParts::new(&start).await?))) })
}
