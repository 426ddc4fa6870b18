//! Waiting for what happens after an answer: mails, counters, removals.

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
