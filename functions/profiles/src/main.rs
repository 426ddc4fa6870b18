//! The `profiles` function.

use std::process::ExitCode;

use profiles_function::{ProfilesState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(ProfilesState::new(&start).await?)) })
}
