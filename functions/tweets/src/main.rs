//! The `tweets` function.

use std::process::ExitCode;

use tweets_function::{TweetsState, routes};

fn main() -> ExitCode {
    aviary_web::run(|start| async move { Ok(routes().into_router(TweetsState::new(&start).await?)) })
}
