//! The binary of the `auth` function.

use std::process::ExitCode;

use auth_function::{AuthState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(AuthState::new(&start).await?)) })
}
