//! The `tweets` function.

use std::process::ExitCode;
use std::sync::Arc;

use tweets_function::{TweetsParts, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(Arc::new(TweetsParts::new(&start).await?))) })
}
