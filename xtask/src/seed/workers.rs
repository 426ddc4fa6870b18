//! Threads that share one kind of work.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;
use indicatif::ProgressBar;

/// More threads would only wait, because a function has at most four processes on this machine.
const WORKERS: usize = 6;

/// Does `work` on every item, several concurrently, and returns the results in the items' order. After an error no
/// further item is begun.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    bar: &ProgressBar,
    work: impl Fn(usize, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let worker = || {
        while !failed.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let outcome = work(at, item);
            failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
            bar.inc(1);
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, outcome));
        }
    };
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(worker);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_and_an_error_stops_the_work() {
        let items: Vec<usize> = (0..500).collect();
        let squares = each(&items, &ProgressBar::hidden(), |_, n| Ok(n * n)).expect("no error");
        assert!(squares.iter().enumerate().all(|(n, square)| n * n == *square) && squares.len() == 500);
        let begun = AtomicUsize::new(0);
        let outcome = each(&items, &ProgressBar::hidden(), |_, n| {
            begun.fetch_add(1, Ordering::Relaxed);
            anyhow::ensure!(*n != 3, "three");
            thread::yield_now();
            Ok(())
        });
        assert_eq!(outcome.expect_err("three").to_string(), "three");
        assert!(begun.load(Ordering::Relaxed) < 500);
    }
}
