//! Which answers the tests saw, for the list of those that the OpenAPI document promises and no test saw.

use std::fs::OpenOptions;
use std::io::Write;

/// Notes an answer in the file that `cargo xtask test` names. A line is shorter than what one write is sure to append whole.
pub(crate) fn note(method: &str, path: &str, status: u16) {
    let Some(file) = std::env::var_os("AVIARY_TEST_SEEN") else { return };
    let path: String = path.split('?').next().unwrap_or_default().chars().take(300).collect();
    let file = OpenOptions::new().create(true).append(true).open(file);
    file.and_then(|mut file| file.write_all(format!("{method} {status} {path}\n").as_bytes()))
        .expect("the file of answers");
}
