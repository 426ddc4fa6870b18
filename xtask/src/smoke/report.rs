//! One line per check, and waiting for what follows a write.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::console;

const PAUSE: Duration = Duration::from_millis(500);

/// Prints checks and counts them.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) passed: u32,
    patience: Duration,
}

impl Report {
    pub(super) fn new(patience: Duration) -> Self {
        Self { passed: 0, patience }
    }

    /// Does one check, and prints how it ended.
    pub(super) fn check<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        match work() {
            Ok(value) => {
                console::say(&format!("ok    {what} ({} ms)", started.elapsed().as_millis()));
                self.passed = self.passed.saturating_add(1);
                Ok(value)
            }
            Err(error) => {
                console::say(&format!("FAIL  {what}: {error:#}"));
                Err(error.context(what.to_owned()))
            }
        }
    }

    /// A check of something that follows a write: looks until it is there, or until the patience is at its end.
    pub(super) fn eventually<T>(&mut self, what: &str, look: impl Fn() -> Result<Option<T>>) -> Result<T> {
        let patience = self.patience;
        self.check(what, || {
            let deadline = Instant::now() + patience;
            loop {
                // A passing failure counts only if it is still there at the end.
                let seen = look();
                if let Ok(Some(seen)) = seen {
                    return Ok(seen);
                }
                if Instant::now() >= deadline {
                    let late = format!("not within {} s", patience.as_secs());
                    match seen {
                        Err(error) => return Err(error).context(late),
                        Ok(_) => bail!(late),
                    }
                }
                thread::sleep(PAUSE);
            }
        })
    }
}
