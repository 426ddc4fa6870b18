//! The `auth` function.

use std::process::ExitCode;

use auth_function::{AuthState, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(AuthState::new(&start).await?)) }).await
}
