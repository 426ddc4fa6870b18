//! Output of the tasks. A closed output is not an error, because the task continues without a reader.

use std::io::{self, Write};

/// Prints a result on standard output.
pub fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints on standard error which step starts.
pub fn step(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "==> {text}");
}

/// Prints a warning, or why the task has failed, on standard error.
pub fn warn(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{text}");
}
