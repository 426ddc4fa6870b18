//! The binary of the `media` function.

use std::process::ExitCode;

use media_function::Media;

fn main() -> ExitCode {
    aviary_runtime::run_events(Media::new)
}
