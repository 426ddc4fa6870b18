//! The operating system's table of processes.

use std::{fs, io, process::Command};

/// A process id with its start time, so that a reused id is not taken for the same process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId {
    /// Its process id.
    pub pid: i32,
    /// Start time in the system's unit; 0 if unknown.
    pub started: u64,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The process.
    pub(super) id: ProcessId,
    /// Its parent's process id.
    pub(super) parent: i32,
    /// False for a zombie, which has ended.
    pub(super) alive: bool,
}

/// Reads the table from `/proc`, or from `ps` where there is no `/proc`.
pub(super) fn read() -> io::Result<Vec<Entry>> {
    match fs::read_dir("/proc/self") {
        Ok(_) => from_proc(),
        Err(_) => from_ps(),
    }
}

fn from_proc() -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for folder in fs::read_dir("/proc")? {
        let folder = folder?;
        let is_process = folder.file_name().to_string_lossy().parse::<i32>().is_ok();
        // A process may end between listing and reading. Then it is left out.
        if let (true, Ok(stat)) = (is_process, fs::read_to_string(folder.path().join("stat"))) {
            entries.extend(parse_stat(&stat));
        }
    }
    Ok(entries)
}

/// Reads a line of `/proc/PID/stat`. The name in parentheses may itself contain spaces and parentheses.
fn parse_stat(stat: &str) -> Option<Entry> {
    let (pid, _) = stat.split_once(' ')?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let started = fields.nth(17)?.parse().ok()?;
    Some(Entry { id: ProcessId { pid: pid.parse().ok()?, started }, parent, alive: !matches!(state, "Z" | "X") })
}

fn from_ps() -> io::Result<Vec<Entry>> {
    let output = Command::new("ps").args(["-axo", "pid=,ppid=,stat="]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(parse_ps).collect())
}

fn parse_ps(line: &str) -> Option<Entry> {
    let mut fields = line.split_ascii_whitespace();
    Some(Entry {
        id: ProcessId { pid: fields.next()?.parse().ok()?, started: 0 },
        parent: fields.next()?.parse().ok()?,
        alive: !fields.next()?.starts_with('Z'),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_stat_line_with_parentheses_in_the_name_is_read() {
        let line = "42 (a) b (c)) S 7 42 42 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 98765 1 2 3";
        let entry = parse_stat(line).unwrap();
        assert_eq!(entry.id, ProcessId { pid: 42, started: 98765 });
        assert_eq!(entry.parent, 7);
        assert!(entry.alive);
    }

    #[test]
    fn an_ended_process_is_not_alive() {
        let line = "42 (sh) Z 7 42 42 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 98765 1 2 3";
        assert!(!parse_stat(line).unwrap().alive);
        assert!(!parse_ps("  42     7 Z+").unwrap().alive);
    }

    #[test]
    fn the_table_holds_this_process() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(read().unwrap().iter().any(|entry| entry.id.pid == own && entry.alive));
    }
}
