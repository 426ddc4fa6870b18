//! Counts tests by the runners' closing lines.

use std::{fmt, ops::AddAssign};

/// Numbers of tests by their result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

impl Tally {
    /// Reads a closing line of nextest or of cargo's own test runner; `None` for other lines.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let line = without_colours(line);
        let counts = if let Some(rest) = line.trim_start().strip_prefix("Summary [") {
            rest.split_once("tests run:").or_else(|| rest.split_once("test run:"))?.1
        } else {
            line.strip_prefix("test result: ")?.split_once(". ")?.1
        };
        let count = |words: &[&str]| words.iter().map(|word| number_before(counts, word)).sum();
        Some(Self {
            passed: count(&["passed"]),
            failed: count(&["failed", "timed out", "exec failed"]),
            skipped: count(&["skipped", "ignored"]),
        })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.passed == 1 { "test" } else { "tests" };
        write!(f, "{} {noun} passed", self.passed)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// The number in "12 passed": the runners separate counts by commas or semicolons.
fn number_before(counts: &str, word: &str) -> u32 {
    counts
        .split([',', ';'])
        .filter_map(|count| count.trim().split_once(' '))
        .find(|(_, rest)| *rest == word || rest.starts_with(&format!("{word} (")))
        .and_then(|(number, _)| number.parse().ok())
        .unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // A colour is ESC [ … m.
            for inner in chars.by_ref() {
                if inner.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u32, failed: u32, skipped: u32) -> Option<Tally> {
        Some(Tally { passed, failed, skipped })
    }

    #[test]
    fn nextests_closing_line_is_read_with_and_without_colours() {
        assert_eq!(
            Tally::of_line("     Summary [   0.123s] 5 tests run: 4 passed, 1 failed, 2 skipped"),
            tally(4, 1, 2)
        );
        assert_eq!(Tally::of_line("     Summary [   0.123s] 1 test run: 1 passed (1 slow), 0 skipped"), tally(1, 0, 0));
        assert_eq!(
            Tally::of_line(
                "\u{1b}[32;1m     Summary\u{1b}[0m [   1.0s] \u{1b}[1m3\u{1b}[0m tests run: \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m"
            ),
            tally(3, 0, 0)
        );
    }

    #[test]
    fn cargos_closing_line_is_read() {
        let line = "test result: FAILED. 7 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(Tally::of_line(line), tally(7, 2, 1));
    }

    #[test]
    fn other_lines_say_nothing() {
        assert_eq!(Tally::of_line("test signup ... ok"), None);
        assert_eq!(Tally::of_line("        PASS [   0.1s] xtask tests::summary"), None);
    }

    #[test]
    fn it_is_spoken_in_plain_words() {
        assert_eq!(Tally { passed: 1, failed: 0, skipped: 0 }.to_string(), "1 test passed");
        assert_eq!(Tally { passed: 3, failed: 1, skipped: 2 }.to_string(), "3 tests passed, 1 failed, 2 skipped");
    }
}
