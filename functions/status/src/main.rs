//! The `status` function.

use std::process::ExitCode;

use status_function::{StatusState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(StatusState::new(&start)?)) })
}
