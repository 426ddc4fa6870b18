//! The `status` function.

use std::process::ExitCode;
use std::sync::Arc;

use status_function::{StatusParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(StatusParts::new(&start)?))) })
}
