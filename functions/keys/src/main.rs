//! The binary of the `keys` function.

use std::process::ExitCode;

use keys_function::Keys;

fn main() -> ExitCode {
    aviary_runtime::run_events(Keys::new)
}
