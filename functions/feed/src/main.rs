//! The binary of the `feed` function.

use std::process::ExitCode;

use feed_function::Feed;

fn main() -> ExitCode {
    aviary_runtime::run_events(Feed::new)
}
