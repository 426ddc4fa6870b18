//! The `profiles` function.

use std::process::ExitCode;

use profiles_function::{ProfilesState, routes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(ProfilesState::new(&start).await?)) }).await
}
