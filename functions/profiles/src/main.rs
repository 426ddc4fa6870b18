//! The `profiles` function.

use std::process::ExitCode;
use std::sync::Arc;

use profiles_function::{ProfilesParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(ProfilesParts::new(&start).await?))) })
}
