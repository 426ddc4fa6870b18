//! Measures what a request costs in DynamoDB: calls, capacity units, and *sequential* round trips.
//!
//! Concurrent calls count as one round trip. A call's number is one more than the highest number of a call that had
//! ended when it began; the highest number is the count of round trips.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

tokio::task_local! {
    static CURRENT: Meter;
}

/// The counts of one request. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU32,
    round_trips_ended: AtomicU32,
    read_milli: AtomicU64,
    write_milli: AtomicU64,
}

/// The cost of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// All calls, concurrent ones too.
    pub calls: u32,
    /// The longest chain of calls that waited for each other.
    pub round_trips: u32,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

impl Meter {
    /// Runs a request under this meter, which counts the calls of everything that the request awaits.
    pub async fn scope<F: Future>(&self, request: F) -> F::Output {
        CURRENT.scope(self.clone(), request).await
    }

    /// A meter for a chain of calls beside others. Its chain goes on from the calls that have ended until now.
    fn branch(&self) -> Self {
        let ended = self.0.round_trips_ended.load(Ordering::Relaxed);
        Self(Arc::new(Counts { round_trips_ended: AtomicU32::new(ended), ..Counts::default() }))
    }

    /// Adds what a branch has cost.
    fn take_in(&self, branch: &Self) {
        let (counts, more) = (&self.0, &branch.0);
        counts.calls.fetch_add(more.calls.load(Ordering::Relaxed), Ordering::Relaxed);
        counts.round_trips_ended.fetch_max(more.round_trips_ended.load(Ordering::Relaxed), Ordering::Relaxed);
        counts.read_milli.fetch_add(more.read_milli.load(Ordering::Relaxed), Ordering::Relaxed);
        counts.write_milli.fetch_add(more.write_milli.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The cost so far.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let counts = &self.0;
        Cost {
            calls: counts.calls.load(Ordering::Relaxed),
            round_trips: counts.round_trips_ended.load(Ordering::Relaxed),
            rcu: units(&counts.read_milli),
            wcu: units(&counts.write_milli),
        }
    }
}

/// Awaits two futures at once, each of which may make several calls one after the other. Only so are their round trips
/// those of the longer chain: without it, a call of one chain counts as later than the calls of the other that have
/// ended.
pub async fn join_chains<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let Ok(meter) = CURRENT.try_with(Meter::clone) else { return tokio::join!(first, second) };
    let (one, other) = (meter.branch(), meter.branch());
    let outputs = tokio::join!(one.scope(first), other.scope(second));
    meter.take_in(&one);
    meter.take_in(&other);
    outputs
}

#[allow(clippy::cast_precision_loss, reason = "a request's capacity is far below 2^52 thousandths")]
fn units(milli: &AtomicU64) -> f64 {
    milli.load(Ordering::Relaxed) as f64 / 1_000.0
}

/// A call in progress. Outside of a request it is not counted.
#[derive(Debug)]
pub struct Call {
    meter: Option<Meter>,
    round_trip: u32,
}

impl Call {
    /// Begins a call of the current task's request.
    #[must_use]
    pub fn begin() -> Self {
        let meter = CURRENT.try_with(Meter::clone).ok();
        let round_trip = meter.as_ref().map_or(0, |Meter(counts)| {
            counts.calls.fetch_add(1, Ordering::Relaxed);
            counts.round_trips_ended.load(Ordering::Relaxed) + 1
        });
        Self { meter, round_trip }
    }

    /// Begins to wait for a call that another chain of the request makes for this one too. It is a round trip of both,
    /// but one call.
    #[must_use]
    pub fn shared() -> Self {
        let meter = CURRENT.try_with(Meter::clone).ok();
        let round_trip = meter.as_ref().map_or(0, |Meter(counts)| counts.round_trips_ended.load(Ordering::Relaxed) + 1);
        Self { meter, round_trip }
    }

    /// Ends the call, which consumed this many capacity units.
    pub fn end(self, read_units: f64, write_units: f64) {
        if let Some(Meter(counts)) = &self.meter {
            counts.round_trips_ended.fetch_max(self.round_trip, Ordering::Relaxed);
            counts.read_milli.fetch_add(milli(read_units), Ordering::Relaxed);
            counts.write_milli.fetch_add(milli(write_units), Ordering::Relaxed);
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "capacity is small and never negative")]
fn milli(units: f64) -> u64 {
    (units.max(0.0) * 1_000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn concurrent_calls_are_one_round_trip() {
        let meter = Meter::default();
        meter
            .scope(async {
                let (first, second) = (Call::begin(), Call::begin());
                first.end(0.5, 0.0);
                second.end(1.0, 0.0);
                Call::begin().end(0.0, 2.0);
            })
            .await;
        assert_eq!(meter.cost(), Cost { calls: 3, round_trips: 2, rcu: 1.5, wcu: 2.0 });
    }

    #[tokio::test]
    async fn two_chains_at_once_are_as_long_as_the_longer_one() {
        let turn = tokio::sync::Barrier::new(2);
        let meter = Meter::default();
        let first = async {
            let call = Call::begin();
            turn.wait().await;
            // It ends after both calls of the other chain.
            turn.wait().await;
            call.end(0.5, 0.0);
            Call::begin().end(0.5, 0.0);
        };
        let second = async {
            turn.wait().await;
            Call::begin().end(0.5, 0.0);
            Call::begin().end(0.5, 0.0);
            turn.wait().await;
        };
        meter
            .scope(async {
                join_chains(first, second).await;
                Call::begin().end(0.0, 1.0);
            })
            .await;
        assert_eq!(meter.cost(), Cost { calls: 5, round_trips: 3, rcu: 2.0, wcu: 1.0 });
    }

    #[tokio::test]
    async fn a_shared_call_is_a_round_trip_of_both_chains() {
        let meter = Meter::default();
        let waits = async {
            Call::shared().end(0.0, 0.0);
            Call::begin().end(0.5, 0.0);
        };
        meter.scope(join_chains(async { Call::begin().end(1.0, 0.0) }, waits)).await;
        assert_eq!(meter.cost(), Cost { calls: 2, round_trips: 2, rcu: 1.5, wcu: 0.0 });
    }

    #[tokio::test]
    async fn a_slow_call_during_a_chain_adds_no_round_trip() {
        let meter = Meter::default();
        meter
            .scope(async {
                let slow = Call::begin();
                Call::begin().end(0.5, 0.0);
                Call::begin().end(0.5, 0.0);
                slow.end(0.5, 0.0);
            })
            .await;
        assert_eq!(meter.cost().round_trips, 2);
    }
}
