//! Instructions per request and per start, counted by valgrind. They repeat, where times depend on what else runs.

use std::{fmt::Write, fs, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};

use super::{context::Context, operation::Operation, operations, process::FunctionProcess, session::Session};
use crate::{
    console,
    tools::{
        debian::{self, Program},
        find_on_path,
    },
};

const VALGRIND: Program = Program { name: "valgrind", package: "valgrind" };
/// A function needs this long to end under valgrind, which then writes its file.
const GRACE: Duration = Duration::from_secs(60);
/// Goal of a start with its first request, in thousands.
const START_GOAL: u64 = 6_000;
/// A request that needs more than this share of what it needed before is an error.
const MOST_GROWTH: f64 = 1.1;

/// What was counted of one operation, in thousands of instructions.
#[derive(Clone, Debug)]
pub(super) struct Row {
    function: String,
    operation: &'static str,
    thousands: u64,
    goal: Option<u64>,
    /// The same with another commit's build.
    before: Option<u64>,
}

/// Counts the operations of a function, with its build in each folder. The second folder's figures are those before.
pub(super) fn count(
    context: &mut Context<'_>,
    session: &Session,
    function: &str,
    folders: (&Path, Option<&Path>),
) -> Result<Vec<Row>> {
    debian::ensure(context.workspace, context.supervisor, &[VALGRIND])?;
    let operations = operations::of(function, context.workspace, session)?;
    let first = operations.iter().find(|operation| operation.is_first).context("no operation is the first")?;
    let mut rows = Vec::new();
    let counted = [("start", Some(START_GOAL), Counted::Start(first))].into_iter();
    for (operation, goal, counted) in
        counted.chain(operations.iter().map(|each| (each.name, each.instructions, Counted::Requests(each))))
    {
        let thousands = counted.thousands(context, function, folders.0, 0)?;
        let before = folders.1.map(|folder| counted.thousands(context, function, folder, 1)).transpose()?;
        console::step(&format!("{operation}: {thousands} thousand instructions"));
        rows.push(Row { function: function.to_owned(), operation, thousands, goal, before });
    }
    Ok(rows)
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
enum Counted<'a> {
    /// A start with its first request.
    Start(&'a Operation),
    /// One request of a process that has had some.
    Requests(&'a Operation),
}

impl Counted<'_> {
    fn thousands(self, context: &mut Context<'_>, function: &str, folder: &Path, turn: u32) -> Result<u64> {
        let operation = match self {
            Self::Start(first) => return Ok(total(context, function, first, folder, 0..1)? / 1_000),
            Self::Requests(operation) => operation,
        };
        // A start and its first requests are in both runs, so their difference has none of them.
        let (few, many) = if operation.heavy.is_some() { (1, 4) } else { (5, 30) };
        let from = turn * (few + many);
        let less = total(context, function, operation, folder, from..from + few)?;
        let more = total(context, function, operation, folder, from + few..from + few + many)?;
        Ok(more.saturating_sub(less) / u64::from(many - few) / 1_000)
    }
}

/// All instructions of a process that starts and answers these requests.
fn total(
    context: &mut Context<'_>,
    function: &str,
    operation: &Operation,
    folder: &Path,
    numbers: std::ops::Range<u32>,
) -> Result<u64> {
    let valgrind = find_on_path(VALGRIND.name).context("valgrind is missing")?;
    let file = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let mut command = context.workspace.command(valgrind);
    // Otherwise one thread may keep the others waiting for good.
    command.args(["--quiet", "--tool=callgrind", "--fair-sched=try"]);
    command.arg(format!("--callgrind-out-file={}", file.path().display())).arg(folder.join(function));
    let mut process = FunctionProcess::start_as(context, function, command, GRACE)?;
    for number in numbers {
        process.invoke(context, operation, number)?;
    }
    process.end(context, GRACE)?;
    let text = fs::read_to_string(file.path()).context("valgrind left no file")?;
    if let Ok(folder) = std::env::var("BENCH_PROFILES") {
        let name = format!("{function}-{}.callgrind", operation.name.replace(['/', ' '], "-"));
        fs::copy(file.path(), Path::new(&folder).join(name)).context("cannot keep the profile")?;
    }
    totals(&text).with_context(|| format!("valgrind counted nothing of {}", operation.name))
}

fn totals(text: &str) -> Option<u64> {
    text.lines().rev().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()
}

/// The table, each figure beside its goal.
pub(super) fn text(rows: &[Row]) -> String {
    let mut text = format!("\n{:<32}{:>14}{:>10}", "thousands of instructions", "now", "goal");
    if rows.iter().any(|row| row.before.is_some()) {
        let _ = write!(text, "{:>14}{:>8}", "before", "ratio");
    }
    for row in rows {
        let goal = row.goal.map_or_else(String::new, |goal| goal.to_string());
        let mark = if row.goal.is_some_and(|goal| row.thousands > goal) { " !" } else { "" };
        let name = format!("{} {}", row.function, row.operation);
        let _ = write!(text, "\n{name:<32}{:>14}{:>10}", format!("{}{mark}", row.thousands), goal);
        if let Some((before, ratio)) = row.before.zip(row.ratio()) {
            let _ = write!(text, "{before:>14}{ratio:>8.2}");
        }
    }
    text
}

/// Fails if an operation needs over a tenth more than before.
pub(super) fn judge(rows: &[Row]) -> Result<()> {
    let grown = |row: &&Row| row.ratio().is_some_and(|ratio| ratio > MOST_GROWTH);
    let names: Vec<_> = rows.iter().filter(grown).map(|row| format!("{} {}", row.function, row.operation)).collect();
    ensure!(names.is_empty(), "these need over a tenth more instructions than before: {}", names.join(", "));
    if rows.is_empty() {
        bail!("nothing was counted");
    }
    Ok(())
}

impl Row {
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn ratio(&self) -> Option<f64> {
        self.before.filter(|before| *before > 0).map(|before| self.thousands as f64 / before as f64)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn row(thousands: u64, before: Option<u64>) -> Row {
        Row { function: "auth".to_owned(), operation: "users/me", thousands, goal: Some(700), before }
    }

    #[test]
    fn the_last_total_of_valgrinds_file_counts() {
        assert_eq!(totals("events: Ir\ntotals: 12\nmore\ntotals: 345\n"), Some(345));
        assert_eq!(totals("events: Ir\n"), None);
    }

    #[test]
    fn what_grew_by_over_a_tenth_is_named() {
        judge(&[row(110, Some(100)), row(50, None)]).unwrap();
        assert!(judge(&[row(111, Some(100))]).unwrap_err().to_string().contains("auth users/me"));
        assert!(judge(&[]).is_err());
    }

    #[test]
    fn a_missed_goal_is_marked() {
        let text = text(&[row(701, Some(1_402)), row(700, None)]);
        assert_eq!(text.matches(" !").count(), 1, "{text}");
        assert!(text.contains("0.50"), "{text}");
    }
}
