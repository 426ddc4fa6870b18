//! The `integers` function.

use std::process::ExitCode;
use std::sync::Arc;

use integers_function::{IntegersParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(IntegersParts::new(&start).await?))) })
}
