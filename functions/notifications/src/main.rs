//! The `notifications` function.

use std::process::ExitCode;

use notifications_function::{NotificationsState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(NotificationsState::new(&start).await?)) })
}
