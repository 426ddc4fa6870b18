//! CPU time and memory of a process, from Linux's `/proc`.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

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
}
