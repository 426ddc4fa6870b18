//! Waiting for what happens after an answer: mails, counters, removals.

use std::fmt::Debug;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(100);

/// Calls `look` every 100 ms until it returns something. The test fails after 40 seconds.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what}: not within {} seconds", PATIENCE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}

/// Calls `look` every 100 ms until it returns what is expected. The test fails after 40 seconds, and says what it
/// returned last.
pub async fn eventually_is<T: PartialEq + Debug>(what: &str, expected: &T, mut look: impl AsyncFnMut() -> T) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = look().await;
        if found == *expected {
            return;
        }
        let seconds = PATIENCE.as_secs();
        assert!(Instant::now() < deadline, "{what}: {found:?} in place of {expected:?} after {seconds} seconds");
        tokio::time::sleep(PAUSE).await;
    }
}
