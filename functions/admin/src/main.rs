//! The binary of the `admin` function.

use std::process::ExitCode;
use std::sync::Arc;

use admin_function::{AdminParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(AdminParts::new(&start).await?))) })
}
