//! Addresses, and names from an address, whose logins were refused a moment ago; and counters that refused a change.
//!
//! A refused login has counted and takes its counts back: that costs ten write units, and a refused change eighteen. A
//! client that goes on would use up the units of a table that every counter of a limit needs. So each process refuses
//! it from memory for some seconds. The counter stays the measure, because a right password takes its count back
//! meanwhile.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

/// How long a login is refused without a look at its counter.
const SECONDS: i64 = 5;
/// The most that are remembered; what came least lately is forgotten.
const MOST: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

#[derive(Clone, Copy)]
struct Refused {
    at: i64,
    /// When the window of the counter ends.
    until: i64,
}

/// What was refused, by network, by name and network, or by the name of its counter.
pub(super) struct RefusedAddresses(Mutex<LruCache<String, Refused>>);

impl Default for RefusedAddresses {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }
}

impl RefusedAddresses {
    /// When it may be tried again, if it was refused a moment ago. Times are seconds since 1970.
    pub(super) fn until(&self, whom: &str, now: i64) -> Option<i64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(whom).copied();
        known.filter(|refused| now < refused.until && now < refused.at + SECONDS).map(|refused| refused.until)
    }

    /// Remembers that a counter is over its limit.
    pub(super) fn remember(&self, whom: String, now: i64, until: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(whom, Refused { at: now, until });
    }
}

impl std::fmt::Debug for RefusedAddresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefusedAddresses").finish_non_exhaustive()
    }
}
