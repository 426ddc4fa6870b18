//! The binary of the `worker` function.

use std::process::ExitCode;

use worker_function::Worker;

fn main() -> ExitCode {
    aviary_runtime::run_events(Worker::new)
}
