//! The binary of the `media` function.

use std::process::ExitCode;

use media_function::{DECODE, Media, decode_standard_input};

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|argument| argument == DECODE) {
        return decode_standard_input();
    }
    aviary_runtime::run_events(Media::new)
}
