//! What the tasks say. A closed output is no reason to fail: nobody is listening, and the work goes on.

use std::io::{self, Write};

/// Says one thing on standard output.
pub fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Says which step begins now.
pub fn step(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "==> {text}");
}

/// Says something that needs attention but stops nothing, or why the task has failed.
pub fn warn(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{text}");
}
