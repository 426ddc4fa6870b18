//! A process with all its descendants, in any process group.

use std::{
    collections::HashSet,
    io,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

use super::table::{self, Entry, ProcessId};

const PAUSE: Duration = Duration::from_millis(20);
const AFTER_KILL: Duration = Duration::from_secs(5);

/// A root process and its descendants. A member stays one after its parent has ended and it has got another.
#[derive(Debug)]
pub struct ProcessTree {
    root: i32,
    with_root: bool,
    members: HashSet<ProcessId>,
}

impl ProcessTree {
    /// The process `root` and its descendants.
    pub fn of(root: i32) -> Self {
        Self { root, with_root: true, members: HashSet::new() }
    }

    /// The descendants of `root` without itself.
    pub fn below(root: i32) -> Self {
        Self { root, with_root: false, members: HashSet::new() }
    }

    /// Looks up the members again and returns those that are alive.
    pub fn refresh(&mut self) -> io::Result<Vec<ProcessId>> {
        let entries = table::read()?;
        self.add_descendants(&entries);
        Ok(entries
            .iter()
            .filter(|entry| entry.alive && self.members.contains(&entry.id))
            .map(|entry| entry.id)
            .collect())
    }

    /// Sends SIGTERM to every member, and SIGKILL to those that are alive after `grace`. On success no member is alive.
    pub fn stop(&mut self, grace: Duration) -> io::Result<()> {
        let result = self.stop_members(grace);
        if result.is_err() && self.with_root {
            // Without a process table only the process group can be signalled.
            let _ = killpg(Pid::from_raw(self.root), Signal::SIGKILL);
        }
        result
    }

    fn stop_members(&mut self, grace: Duration) -> io::Result<()> {
        let force_at = Instant::now() + grace;
        let give_up_at = force_at + AFTER_KILL;
        let mut asked = HashSet::new();
        loop {
            let alive = self.refresh()?;
            let now = Instant::now();
            let Some(first) = alive.first() else { return Ok(()) };
            if now >= give_up_at {
                return Err(io::Error::other(format!("process {} does not end", first.pid)));
            }
            for id in alive {
                if now >= force_at {
                    send(id, Signal::SIGKILL);
                } else if asked.insert(id) {
                    send(id, Signal::SIGTERM);
                }
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn add_descendants(&mut self, entries: &[Entry]) {
        let mut parents: HashSet<i32> =
            entries.iter().map(|e| e.id).filter(|id| self.members.contains(id)).map(|id| id.pid).collect();
        if !self.with_root {
            parents.insert(self.root);
        } else if self.members.is_empty() {
            self.members.extend(entries.iter().map(|e| e.id).filter(|id| id.pid == self.root));
            parents.insert(self.root);
        }
        let mut grown = true;
        while grown {
            grown = false;
            for entry in entries {
                if parents.contains(&entry.parent) && self.members.insert(entry.id) {
                    grown |= parents.insert(entry.id.pid);
                }
            }
        }
    }
}

fn send(id: ProcessId, signal: Signal) {
    match kill(Pid::from_raw(id.pid), signal) {
        // It has ended meanwhile, or the id belongs to another user's process now. Nothing is left to do.
        Ok(()) | Err(_) => {}
    }
}
