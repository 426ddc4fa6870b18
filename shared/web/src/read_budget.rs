//! How many read units of DynamoDB the clients of one network may use of a process.
//!
//! Reads have no counters, because a counter would be a write of each. But a page of a hundred comments takes two hundred
//! read units, and all clients share those of a table: sixty such requests a second would keep everybody out. So each
//! process remembers what a network used of it lately, and refuses it for some seconds when that was too much. A client
//! whose requests reach many processes may use as much of each.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use aviary_runtime::{Settings, SettingsError};
use lru::LruCache;

/// The name of the limit in `AVIARY_LIMITS`.
pub const READ_UNITS_ADDRESS: &str = "read_units_address";
/// Units in so many seconds.
const BUILT_IN: (u32, u32) = (20_000, 60);
/// What may be used at once is what comes back in this time.
const BURST_SECONDS: f64 = 10.0;
/// The most networks that are remembered; what came least lately is forgotten.
const MOST: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

/// The units that each network used, less what has come back since.
pub(crate) struct ReadBudget {
    units_per_second: f64,
    used: Mutex<LruCache<String, Used>>,
}

#[derive(Clone, Copy)]
struct Used {
    units: f64,
    at: Instant,
}

impl ReadBudget {
    /// Reads the limit from `AVIARY_LIMITS`.
    ///
    /// # Errors
    /// When it is not two numbers above zero.
    pub(crate) fn of(settings: &Settings) -> Result<Self, SettingsError> {
        let limits = settings.optional("AVIARY_LIMITS").unwrap_or_default();
        let mut entries = limits.split(',').filter_map(|entry| entry.trim().split_once('='));
        let own = entries.find(|(name, _)| *name == READ_UNITS_ADDRESS);
        let invalid = |value: &str| SettingsError::Invalid {
            name: "AVIARY_LIMITS",
            value: format!("{READ_UNITS_ADDRESS}={value}"),
            takes: "entries like read_units_address=20000/60 (units per seconds), separated by commas",
        };
        let (units, seconds) = match own {
            Some((_, value)) => numbers(value).ok_or_else(|| invalid(value))?,
            None => BUILT_IN,
        };
        Ok(Self::new(f64::from(units) / f64::from(seconds)))
    }

    fn new(units_per_second: f64) -> Self {
        Self { units_per_second, used: Mutex::new(LruCache::new(MOST)) }
    }

    /// The seconds that a network must wait before its next request, if it used too much.
    pub(crate) fn wait(&self, network: &str, now: Instant) -> Option<i64> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner).get(network).copied()?;
        let over = self.after(used, now) - self.units_per_second * BURST_SECONDS;
        #[allow(clippy::cast_possible_truncation, reason = "it is some seconds")]
        (over >= 0.0).then(|| (over / self.units_per_second).floor() as i64 + 1)
    }

    /// Remembers that a request of the network used so many units.
    pub(crate) fn spend(&self, network: String, units: f64, now: Instant) {
        if units <= 0.0 {
            return;
        }
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(&network).map_or(0.0, |used| self.after(*used, now));
        all.put(network, Used { units: before + units, at: now });
    }

    fn after(&self, used: Used, now: Instant) -> f64 {
        (used.units - now.duration_since(used.at).as_secs_f64() * self.units_per_second).max(0.0)
    }
}

fn numbers(value: &str) -> Option<(u32, u32)> {
    let (units, seconds) = value.split_once('/')?;
    let (units, seconds) = (units.parse().ok()?, seconds.parse().ok()?);
    (units > 0 && seconds > 0).then_some((units, seconds))
}

impl std::fmt::Debug for ReadBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadBudget").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_network_waits_until_its_units_have_come_back() {
        let (budget, began) = (ReadBudget::new(2.0), Instant::now());
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let spend = |units: f64, seconds: u64| budget.spend("a".to_owned(), units, at(seconds));
        assert_eq!(budget.wait("a", at(0)), None);
        spend(19.5, 0);
        assert_eq!(budget.wait("a", at(0)), None, "twenty may be used at once");
        spend(10.5, 0);
        assert_eq!((budget.wait("a", at(0)), budget.wait("a", at(5))), (Some(6), Some(1)));
        assert_eq!((budget.wait("a", at(6)), budget.wait("b", at(0))), (None, None));
        spend(2.0, 6);
        assert_eq!(budget.wait("a", at(6)), Some(1));
        spend(0.0, 7);
        assert_eq!(budget.wait("a", at(1_000)), None);
    }

    #[test]
    fn the_setting_is_one_of_the_limits() {
        let of = |value: &str| {
            let settings = Settings::of([("AVIARY_LIMITS".to_owned(), value.to_owned())]).expect("settings");
            ReadBudget::of(&settings).map(|budget| budget.units_per_second)
        };
        let built_in = 20_000.0 / 60.0;
        assert_eq!(of("login_address=1/2").ok(), Some(built_in));
        assert_eq!(of("login_address=1/2, read_units_address=50/100").ok(), Some(0.5));
        for wrong in ["0/60", "5", "5/0", "x/60", "-1/60"] {
            assert!(of(&format!("read_units_address={wrong}")).is_err(), "{wrong}");
        }
    }
}
