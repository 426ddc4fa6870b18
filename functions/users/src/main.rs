//! The `users` function.

use std::process::ExitCode;
use std::sync::Arc;

use users_function::{UsersParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(UsersParts::new(&start).await?))) })
}
