//! The binary of the `admin` function.

use std::process::ExitCode;

use admin_function::{AdminState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(AdminState::new(&start).await?)) })
}
