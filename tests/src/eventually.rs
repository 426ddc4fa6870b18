//! Waiting for what happens by itself: mails, purges.

use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(100);

/// Looks again and again until there is something to see; a test fails that waits in vain.
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
