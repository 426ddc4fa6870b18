//! The `integers` function.

use std::process::ExitCode;

use integers_function::{IntegersState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(IntegersState::new(&start).await?)) })
}
