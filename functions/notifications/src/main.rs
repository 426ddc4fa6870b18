//! The `notifications` function.

use std::process::ExitCode;
use std::sync::Arc;

use notifications_function::{NotificationsParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(NotificationsParts::new(&start).await?))) })
}
