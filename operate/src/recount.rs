//! Compares every counter with the items that it counts, and repairs those that are wrong.

use std::io::{self, Write};
use std::time::Duration;

use aviary_store::{CheckableCounter, CounterCheck, StoreError, Tally};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::operator::Operator;

/// Counters that are read concurrently.
const AT_ONCE: usize = 16;
/// Pages, of one megabyte each, between two lines of progress.
const PAGES_PER_LINE: u32 = 50;

/// When a counter counts as wrong, and whether it is repaired.
#[derive(Clone, Copy, Debug)]
pub struct Recounting {
    /// Whether wrong counters are set.
    pub repair: bool,
    /// How long a counter must stay wrong by the same amount. Counters follow writes with a delay.
    pub pause: Duration,
}

/// Why a recount stopped.
#[derive(Debug, thiserror::Error)]
pub enum RecountError {
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The result can't be printed.
    #[error("cannot print the result: {0}")]
    Print(#[from] io::Error),
}

/// The result of a recount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Items of the table `social`.
    pub items: u64,
    /// Counters that were compared, with those of unread notifications.
    pub counters: usize,
    /// Counters that are wrong.
    pub wrong: usize,
    /// Wrong counters that were set.
    pub repaired: usize,
    /// Counters that differed and then changed, or whose index lags. Nothing can be said of them.
    pub moving: usize,
}

impl Summary {
    /// Whether every counter that could be judged is right, or was repaired.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.wrong == self.repaired
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { items, counters, wrong, repaired, moving } = self;
        write!(f, "{items} items, {counters} counters: {wrong} wrong, {repaired} of them repaired")?;
        if *moving > 0 {
            write!(f, "; {moving} more were changing, or their index is behind, so recount again")?;
        }
        f.write_str(".")
    }
}

/// Compares every counter with the items that it counts, prints those that are wrong, and sets them if asked.
/// Reads the whole `social` table once, and each user's inbox.
///
/// # Errors
/// When DynamoDB does not answer. Counters that were set before stay set.
pub async fn recount(
    operator: &Operator,
    recounting: Recounting,
    out: &mut impl Write,
    progress: &mut impl Write,
) -> Result<Summary, RecountError> {
    let tally = walk(operator, progress).await?;
    let inboxes = read(operator, tally.users().iter().map(|user| CheckableCounter::Unread(*user))).await?;
    let suspects = read(operator, tally.suspects().map(CheckableCounter::Edges)).await?;
    let counters = tally.counters() + inboxes.len();
    let differing = inboxes.into_iter().chain(suspects).filter(differs_from(&tally)).collect();
    let mut summary = Summary { items: tally.items(), counters, ..Summary::default() };
    for reading in confirmed(operator, &tally, differing, recounting.pause, &mut summary).await? {
        let repaired = recounting.repair && operator.recount.set(reading).await?;
        summary.repaired += usize::from(repaired);
        let CounterCheck { tallied, stored, there } = reading;
        let done = if repaired { "; repaired" } else { "" };
        writeln!(out, "{tallied}: {stored}, should be {there}{done}")?;
    }
    Ok(summary)
}

async fn walk(operator: &Operator, progress: &mut impl Write) -> Result<Tally, RecountError> {
    let (mut tally, mut from, mut page) = (Tally::default(), None, 0_u32);
    loop {
        from = operator.recount.walk(&mut tally, from).await?;
        if from.is_none() {
            return Ok(tally);
        }
        page = page.wrapping_add(1);
        if page.is_multiple_of(PAGES_PER_LINE) {
            writeln!(progress, "{} items read …", tally.items())?;
        }
    }
}

/// Reads these counters. Those whose item is gone are left out.
async fn read(
    operator: &Operator,
    of: impl Iterator<Item = CheckableCounter>,
) -> Result<Vec<CounterCheck>, StoreError> {
    let now = operator.clock.now();
    let readings = stream::iter(of).map(|tallied| operator.recount.read(tallied, now)).buffer_unordered(AT_ONCE);
    readings.try_filter_map(async |found| Ok(found)).try_collect().await
}

/// Whether a counter seems wrong. Edges are compared with the walk through the table, because their index may lag far.
fn differs_from(tally: &Tally) -> impl Fn(&CounterCheck) -> bool {
    |reading| reading.stored != walked(tally, reading)
}

fn walked(tally: &Tally, reading: &CounterCheck) -> i64 {
    match reading.tallied {
        CheckableCounter::Edges(counter) => tally.counted(counter),
        CheckableCounter::Unread(_) => reading.there,
    }
}

/// Reads the counters once more after the pause. Wrong are those that still differ by the same amount, and for which the
/// table and its index agree. They are sorted by name.
async fn confirmed(
    operator: &Operator,
    tally: &Tally,
    before: Vec<CounterCheck>,
    pause: Duration,
    summary: &mut Summary,
) -> Result<Vec<CounterCheck>, StoreError> {
    if before.is_empty() {
        return Ok(before);
    }
    tokio::time::sleep(pause).await;
    let again = read(operator, before.iter().map(|reading| reading.tallied)).await?;
    let is_sure = |reading: &CounterCheck| before.contains(reading) && reading.there == walked(tally, reading);
    let (mut wrong, other): (Vec<_>, Vec<_>) = again.into_iter().partition(is_sure);
    wrong.sort_by_cached_key(|reading| reading.tallied.to_string());
    summary.wrong = wrong.len();
    // A counter that is right by now was only late.
    summary.moving = other.into_iter().filter(differs_from(tally)).count();
    Ok(wrong)
}
