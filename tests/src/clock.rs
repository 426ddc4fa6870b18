//! The current time.

use aviary_model::Clock;
use aviary_runtime::SystemClock;

/// Seconds since 1970, by the clock that the functions use too.
#[must_use]
pub fn now() -> i64 {
    SystemClock.now().seconds()
}
