//! The `status` function.

use std::process::ExitCode;

use status_function::{StatusState, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(StatusState::new(&start)?)) }).await
}
