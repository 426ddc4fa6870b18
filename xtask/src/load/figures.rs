//! What was measured of each kind of request, and the table of it.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use super::{environments::Sent, request::Kind};

/// Measurements of one kind of request.
#[derive(Clone, Debug, Default)]
struct Figures {
    took: Vec<Duration>,
    cpu: Duration,
    round_trips: u64,
    rcu: f64,
    wcu: f64,
    /// Answers that told the client to come later.
    waits: u32,
}

/// Measurements by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured(BTreeMap<Kind, Figures>);

impl Measured {
    /// Adds an answered request.
    pub(super) fn add(&mut self, kind: Kind, sent: &Sent) {
        let figures = self.0.entry(kind).or_default();
        if sent.status == 503 {
            figures.waits += 1;
            return;
        }
        figures.took.push(sent.took);
        figures.cpu += sent.cpu;
        figures.round_trips = figures.round_trips.max(sent.cost.round_trips);
        figures.rcu += sent.cost.rcu;
        figures.wcu += sent.cost.wcu;
    }

    /// Adds what another thread measured.
    pub(super) fn merge(&mut self, other: Self) {
        for (kind, more) in other.0 {
            let figures = self.0.entry(kind).or_default();
            figures.took.extend(more.took);
            figures.cpu += more.cpu;
            figures.round_trips = figures.round_trips.max(more.round_trips);
            figures.rcu += more.rcu;
            figures.wcu += more.wcu;
            figures.waits += more.waits;
        }
    }

    /// The number of requests.
    pub(super) fn requests(&self) -> usize {
        self.0.values().map(|figures| figures.took.len()).sum()
    }

    /// A line for each kind.
    pub(super) fn table(&self, time: Duration) -> String {
        let mut text = format!(
            "{:<26}{:>9}{:>8}{:>9}{:>9}{:>9}{:>13}{:>8}{:>8}{:>8}\n",
            "request", "number", "per s", "p50 ms", "p99 ms", "CPU ms", "round trips", "RCU", "WCU", "waits"
        );
        for (kind, figures) in &self.0 {
            let mut took = figures.took.clone();
            let number = count(took.len().max(1));
            let _ = writeln!(
                text,
                "{:<26}{:>9}{:>8.1}{:>9.1}{:>9.1}{:>9.2}{:>13}{:>8.1}{:>8.1}{:>8}",
                kind.name(),
                took.len(),
                count(took.len()) / time.as_secs_f64(),
                ms(percentile(&mut took, 50)),
                ms(percentile(&mut took, 99)),
                ms(figures.cpu) / number,
                figures.round_trips,
                figures.rcu / number,
                figures.wcu / number,
                figures.waits,
            );
        }
        text
    }
}

/// The time that this many of a hundred do not exceed.
pub(super) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default()
}

pub(super) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&mut times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }
}
