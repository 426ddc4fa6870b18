//! What a request costs in DynamoDB: calls, capacity, and *sequential* steps.
//!
//! Calls that run beside each other are one step. A call's step is one more than the greatest step that
//! had ended when it began.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

tokio::task_local! {
    static CURRENT: Meter;
}

/// Counts for one request; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU32,
    steps_ended: AtomicU32,
    read_milli: AtomicU64,
    write_milli: AtomicU64,
}

/// What has been counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Calls, also those that ran beside others.
    pub calls: u32,
    /// The longest chain of calls that waited for each other.
    pub steps: u32,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

impl Meter {
    /// Runs a request under this meter; calls made by it and by what it awaits are counted here.
    pub async fn scope<F: Future>(&self, request: F) -> F::Output {
        CURRENT.scope(self.clone(), request).await
    }

    /// What has been counted so far.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let counts = &self.0;
        Cost {
            calls: counts.calls.load(Ordering::Relaxed),
            steps: counts.steps_ended.load(Ordering::Relaxed),
            rcu: units(&counts.read_milli),
            wcu: units(&counts.write_milli),
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a request's capacity is far below 2^52 thousandths")]
fn units(milli: &AtomicU64) -> f64 {
    milli.load(Ordering::Relaxed) as f64 / 1_000.0
}

/// One call that is under way. Outside of a request nothing is counted.
#[derive(Debug)]
pub struct Call {
    meter: Option<Meter>,
    step: u32,
}

impl Call {
    /// Begins a call of the current request.
    #[must_use]
    pub fn begin() -> Self {
        let meter = CURRENT.try_with(Meter::clone).ok();
        let step = meter.as_ref().map_or(0, |Meter(counts)| {
            counts.calls.fetch_add(1, Ordering::Relaxed);
            counts.steps_ended.load(Ordering::Relaxed) + 1
        });
        Self { meter, step }
    }

    /// Ends the call with the capacity that it consumed.
    pub fn end(self, read_units: f64, write_units: f64) {
        if let Some(Meter(counts)) = &self.meter {
            counts.steps_ended.fetch_max(self.step, Ordering::Relaxed);
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
    async fn calls_beside_each_other_are_one_step() {
        let meter = Meter::default();
        meter
            .scope(async {
                let (first, beside) = (Call::begin(), Call::begin());
                first.end(0.5, 0.0);
                beside.end(1.0, 0.0);
                Call::begin().end(0.0, 2.0);
            })
            .await;
        assert_eq!(meter.cost(), Cost { calls: 3, steps: 2, rcu: 1.5, wcu: 2.0 });
    }

    #[tokio::test]
    async fn a_slow_call_beside_a_chain_adds_no_step() {
        let meter = Meter::default();
        meter
            .scope(async {
                let slow = Call::begin();
                Call::begin().end(0.5, 0.0);
                Call::begin().end(0.5, 0.0);
                slow.end(0.5, 0.0);
            })
            .await;
        assert_eq!(meter.cost().steps, 2);
    }
}
