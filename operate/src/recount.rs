//! Whether the counters say what there is.

use std::io::{self, Write};
use std::time::Duration;

use aviary_store::{Reading, StoreError, Tallied, Tally};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::operator::Operator;

/// How many counters are read beside each other.
const AT_ONCE: usize = 16;
/// How many megabytes of the table are read between two lines that say so.
const PAGES_PER_LINE: u32 = 50;

/// What to do with counters that are wrong, and when they are.
#[derive(Clone, Copy, Debug)]
pub struct Recounting {
    /// Set them.
    pub repair: bool,
    /// How long a counter must have been wrong in the same way: what follows from a write comes later.
    pub pause: Duration,
}

/// Why the recount broke off.
#[derive(Debug, thiserror::Error)]
pub enum RecountError {
    /// DynamoDB did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was found could not be printed.
    #[error("cannot print what was found: {0}")]
    Print(#[from] io::Error),
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Items of the table.
    pub items: u64,
    /// Counters that were compared, those of unread notifications too.
    pub counters: usize,
    /// Counters that are wrong.
    pub wrong: usize,
    /// Those of them that were set.
    pub repaired: usize,
    /// Counters that were wrong and then changed, or whose index is behind, so that nobody knows.
    pub moving: usize,
}

impl Summary {
    /// Is every counter right that could be judged?
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

/// Compares every counter with what there is to count, prints those that are wrong, and sets them if that is wanted.
/// Reads the whole `social` table once, and each user's inbox.
///
/// # Errors
/// When DynamoDB does not answer. What was set until then stays set.
pub async fn recount(
    operator: &Operator,
    how: Recounting,
    out: &mut impl Write,
    progress: &mut impl Write,
) -> Result<Summary, RecountError> {
    let tally = walk(operator, progress).await?;
    let inboxes = read(operator, tally.users().iter().map(|user| Tallied::Unread(*user))).await?;
    let suspects = read(operator, tally.suspects().map(Tallied::Edges)).await?;
    let counters = tally.counters() + inboxes.len();
    let differing = inboxes.into_iter().chain(suspects).filter(differs_from(&tally)).collect();
    let mut summary = Summary { items: tally.items(), counters, ..Summary::default() };
    for reading in confirmed(operator, &tally, differing, how.pause, &mut summary).await? {
        let repaired = how.repair && operator.recount.set(reading).await?;
        summary.repaired += usize::from(repaired);
        let Reading { tallied, stored, there } = reading;
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

/// What these counters say; those that are gone are left out.
async fn read(operator: &Operator, of: impl Iterator<Item = Tallied>) -> Result<Vec<Reading>, StoreError> {
    let now = operator.clock.now();
    let readings = stream::iter(of).map(|tallied| operator.recount.read(tallied, now)).buffer_unordered(AT_ONCE);
    readings.try_filter_map(async |found| Ok(found)).try_collect().await
}

/// Is a counter wrong? Of edges the walk through the table knows best, as the index may be far behind.
fn differs_from(tally: &Tally) -> impl Fn(&Reading) -> bool {
    |reading| reading.stored != walked(tally, reading)
}

fn walked(tally: &Tally, reading: &Reading) -> i64 {
    match reading.tallied {
        Tallied::Edges(counter) => tally.counted(counter),
        Tallied::Unread(_) => reading.there,
    }
}

/// Those that are wrong in the same way when they are read once more, and of which the table and its index say the
/// same; in a fixed order.
async fn confirmed(
    operator: &Operator,
    tally: &Tally,
    before: Vec<Reading>,
    pause: Duration,
    summary: &mut Summary,
) -> Result<Vec<Reading>, StoreError> {
    if before.is_empty() {
        return Ok(before);
    }
    tokio::time::sleep(pause).await;
    let again = read(operator, before.iter().map(|reading| reading.tallied)).await?;
    let is_sure = |reading: &Reading| before.contains(reading) && reading.there == walked(tally, reading);
    let (mut wrong, other): (Vec<_>, Vec<_>) = again.into_iter().partition(is_sure);
    wrong.sort_by_cached_key(|reading| reading.tallied.to_string());
    summary.wrong = wrong.len();
    // What is right by now needed only its time.
    summary.moving = other.into_iter().filter(differs_from(tally)).count();
    Ok(wrong)
}
