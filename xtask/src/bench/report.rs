//! The report: figures and their budgets.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use super::{media::MemoryFigures, process::Cost};

const MIB: f64 = 1024.0 * 1024.0;
const START_MS: f64 = 10.0;
const CPU_MS: f64 = 0.15;
const RESIDENT_MIB: f64 = 20.0;
const PEAK_MIB: f64 = 45.0;
const SIZE_MIB: f64 = 6.0;
const SIZE_WITH_S3_MIB: f64 = 8.0;
/// The functions with the S3 client.
const WITH_S3: [&str; 8] = ["admin", "integers", "media", "profiles", "tweets", "status", "users", "worker"];

/// Measurements of a function.
#[derive(Clone, Debug)]
pub(super) struct FunctionFigures {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) start: Duration,
    pub(super) resident: u64,
    pub(super) peak: u64,
    pub(super) peak_while: Option<&'static str>,
    pub(super) operations: Vec<OperationFigures>,
}

/// Measurements of an operation.
#[derive(Clone, Debug)]
pub(super) struct OperationFigures {
    pub(super) name: &'static str,
    pub(super) requests: u32,
    pub(super) heavy: Option<&'static str>,
    pub(super) round_trips_budget: Option<u64>,
    pub(super) median: Duration,
    pub(super) cpu: Duration,
    /// `None` if the function does not log it.
    pub(super) cost: Option<Cost>,
}

/// The median of the measured times.
pub(super) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A figure and its budget; `!` marks a missed budget.
struct Cell {
    value: f64,
    budget: Option<f64>,
    digits: usize,
}

impl Cell {
    fn misses(&self) -> bool {
        self.budget.is_some_and(|budget| self.value > budget)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{:.*}", self.digits, self.value);
        if let Some(budget) = self.budget {
            let _ = write!(text, " / {budget}");
        }
        if self.misses() {
            text.push_str(" !");
        }
        f.pad(&text)
    }
}

fn within(value: f64, budget: f64, digits: usize) -> Cell {
    Cell { value, budget: Some(budget), digits }
}

fn plain(value: f64, digits: usize) -> Cell {
    Cell { value, budget: None, digits }
}

/// A time in milliseconds.
pub(super) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

/// All tables, each figure before its budget.
pub(super) fn text(functions: &[FunctionFigures], memory: &[MemoryFigures]) -> String {
    let mut text = String::from("\nEach figure / its budget; `!` marks a missed budget.\n\n");
    let mut misses = 0;
    let mut cell = |cell: Cell| {
        misses += u32::from(cell.misses());
        cell
    };
    let _ = writeln!(
        text,
        "{:<10}{:>14}{:>14}{:>16}{:>16}",
        "function", "size MiB", "start ms", "resident MiB", "peak MiB"
    );
    for function in functions {
        let size = if WITH_S3.contains(&function.name.as_str()) { SIZE_WITH_S3_MIB } else { SIZE_MIB };
        let peak_budget = if function.peak_while.is_some() { PEAK_MIB } else { RESIDENT_MIB };
        let _ = writeln!(
            text,
            "{:<10}{:>14}{:>14}{:>16}{:>16}  {}",
            function.name,
            cell(within(mib(function.size), size, 2)),
            cell(within(ms(function.start), START_MS, 1)),
            cell(within(mib(function.resident), RESIDENT_MIB, 1)),
            cell(within(mib(function.peak), peak_budget, 1)),
            function.peak_while.unwrap_or_default(),
        );
    }
    let _ = writeln!(
        text,
        "\n{:<28}{:>9}{:>10}{:>16}{:>13}{:>8}{:>9}{:>9}",
        "operation", "requests", "p50 ms", "CPU ms", "round trips", "calls", "RCU", "WCU"
    );
    for function in functions {
        for operation in &function.operations {
            let cpu = match operation.heavy {
                Some(_) => plain(ms(operation.cpu), 3),
                None => within(ms(operation.cpu), CPU_MS, 3),
            };
            let _ = write!(
                text,
                "{:<28}{:>9}{:>10}{:>16}",
                format!("{} {}", function.name, operation.name),
                operation.requests,
                plain(ms(operation.median), 3),
                cell(cpu),
            );
            if let Some(cost) = operation.cost {
                let budget = operation.round_trips_budget.map(count);
                let round_trips = Cell { value: count(cost.round_trips), budget, digits: 0 };
                let (rcu, wcu) = (plain(cost.rcu, 1), plain(cost.wcu, 1));
                let _ = write!(text, "{:>13}{:>8}{rcu:>9}{wcu:>9}", cell(round_trips), cost.calls);
            }
            text.push('\n');
        }
    }
    if !memory.is_empty() {
        let _ = writeln!(text, "\n{:<52}{:>16}{:>10}{:>10}", "memory", "MiB", "ms", "CPU ms");
    }
    for figures in memory {
        let peak =
            Cell { value: mib(figures.bytes), budget: figures.budget.map(|budget| mib(budget).round()), digits: 1 };
        let (took, cpu) = (plain(ms(figures.took), 0), plain(ms(figures.cpu), 0));
        let _ = writeln!(text, "{:<52}{:>16}{took:>10}{cpu:>10}", figures.what, cell(peak));
    }
    let verdict = match misses {
        0 => "All budgets are kept.".to_owned(),
        1 => "One budget is missed.".to_owned(),
        more => format!("{more} budgets are missed."),
    };
    let _ = write!(text, "\n{verdict}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(cpu: u64, round_trips: u64) -> FunctionFigures {
        FunctionFigures {
            name: "auth".to_owned(),
            size: 3 * 1024 * 1024,
            start: Duration::from_millis(8),
            resident: 10 * 1024 * 1024,
            peak: 40 * 1024 * 1024,
            peak_while: Some("hashing"),
            operations: vec![OperationFigures {
                name: "users/me",
                requests: 10,
                heavy: None,
                round_trips_budget: Some(1),
                median: Duration::from_micros(700),
                cpu: Duration::from_micros(cpu),
                cost: Some(Cost { round_trips, calls: 2, rcu: 1.0, wcu: 0.0 }),
            }],
        }
    }

    fn photo(mib: u64) -> MemoryFigures {
        let time = Duration::from_millis(900);
        let budget = Some(512 * 1024 * 1024);
        MemoryFigures { what: "a photo", bytes: mib * 1024 * 1024, budget, took: time, cpu: time }
    }

    #[test]
    fn figures_precede_their_budgets_and_misses_are_marked() {
        let text = text(&[figures(151, 2)], &[photo(600)]);
        assert!(text.contains("3.00 / 6") && text.contains("40.0 / 45"), "{text}");
        assert!(text.contains("0.151 / 0.15 !") && text.contains("2 / 1 !"), "{text}");
        assert!(text.contains("a photo") && text.contains("600.0 / 512 !"), "{text}");
        assert!(text.ends_with("3 budgets are missed."), "{text}");
    }

    #[test]
    fn a_kept_budget_is_not_marked() {
        let text = text(&[figures(149, 1)], &[photo(500)]);
        assert!(text.ends_with("All budgets are kept."), "{text}");
        assert_eq!(text.matches(" !").count(), 0, "{text}");
    }

    #[test]
    fn the_median_is_the_middle() {
        let mut times: Vec<_> = [5, 1, 3].map(Duration::from_millis).into();
        assert_eq!(median(&mut times), Duration::from_millis(3));
        assert_eq!(median(&mut []), Duration::ZERO);
    }
}
