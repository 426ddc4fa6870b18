//! CPU time and memory of a process, from Linux's `/proc`.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};

/// The pause between two looks at the memory of a process and its children.
const LOOK: Duration = Duration::from_millis(2);
/// Linux counts the CPU time of children in these.
const TICK: Duration = Duration::from_millis(10);

/// Memory of a process, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) resident: u64,
    pub(super) peak: u64,
}

/// CPU time of all threads of a process.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).context("the process is gone")? {
        let file = thread?.path().join("schedstat");
        // A thread may end meanwhile. Those of functions do not.
        let text = fs::read_to_string(file).unwrap_or_default();
        nanoseconds += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Memory of a process now and at its peak.
pub(super) fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    parse_memory(&status).context("/proc does not say how much memory the process has")
}

/// CPU time of the children that a process has had and waited for.
pub(super) fn cpu_of_children(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    parse_cpu_of_children(&stat).context("/proc does not say how much time the children took")
}

fn parse_cpu_of_children(stat: &str) -> Option<Duration> {
    // The second field is the program's name in parentheses, and may have any character. The 16th and 17th are wanted.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<u32>);
    ticks.sum::<Result<u32, _>>().ok().map(|ticks| TICK * ticks)
}

/// Watches the memory of a process and its children, as Lambda counts it.
#[derive(Debug)]
pub(super) struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Watch {
    pub(super) fn of(pid: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut peak = 0;
            while !stopped.load(Ordering::Relaxed) {
                let children = children(pid).into_iter();
                let all = children.chain([pid]).filter_map(|pid| memory(pid).ok()).map(|memory| memory.resident);
                peak = peak.max(all.sum());
                thread::sleep(LOOK);
            }
            peak
        });
        Self { stop, thread }
    }

    /// The most bytes that were resident at one moment.
    pub(super) fn peak(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the memory could not be watched"))
    }
}

fn children(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

fn parse_memory(status: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1024)
    };
    Some(Memory { resident: bytes("VmRSS")?, peak: bytes("VmHWM")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\tauth\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(parse_memory(status), Some(Memory { resident: 1_048_576, peak: 2_097_152 }));
        assert_eq!(parse_memory("Name:\tauth\n"), None);
    }

    #[test]
    fn the_time_of_children_is_read_behind_a_name_with_parentheses() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 200 0 0 11 12 13 14 20 0 1";
        assert_eq!(parse_cpu_of_children(stat), Some(Duration::from_millis(270)));
        assert_eq!(parse_cpu_of_children("7 a S 1"), None);
    }
}
