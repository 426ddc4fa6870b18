//! The `users` function.

use std::process::ExitCode;

use users_function::{UsersState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(UsersState::new(&start).await?)) })
}
