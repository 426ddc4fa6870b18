//! A front whose function is a script that does what the path says.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use aviary_template::Route;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use xtask::{
    front::{Front, FrontFunction, Output},
    process::{Lines, ProcessTree},
    workspace::Workspace,
};

use crate::http::{Answer, exchange};

/// Far longer than anything here takes.
pub(crate) const SOON: Duration = Duration::from_secs(60);

const SCRIPT: &str = include_str!("../fixtures/function.py");

/// A running front with one function. Its default route takes every path.
pub(crate) struct Stage {
    pub(crate) front: Front,
    lines: Mutex<Receiver<String>>,
    folder: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(SCRIPT, SOON)
    }

    pub(crate) fn with(script: &str, timeout: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("function");
        write_program(&program, script);
        let (sender, lines) = channel();
        let sender = Mutex::new(sender);
        let output: Output = Arc::new(move || -> Lines {
            let sender = sender.lock().unwrap().clone();
            Box::new(move |line| {
                let _ = sender.send(line.to_owned());
            })
        });
        let gate = folder.path().join("gate").to_string_lossy().into_owned();
        let function = FrontFunction {
            name: "echo".to_owned(),
            program,
            workspace: Workspace::locate().unwrap(),
            environment: [("GATE".to_owned(), gate)].into(),
            routes: [("ANY", "/pre"), ("ANY", "/pre/{proxy+}"), ("ANY", "$default")]
                .map(|(method, path)| Route { method: method.to_owned(), path: path.to_owned() })
                .into(),
            memory_mb: 128,
            timeout,
        };
        Self { front: Front::start(vec![function], 0, &output).unwrap(), lines: Mutex::new(lines), folder }
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.folder.path().join("function")
    }

    /// Lets all requests go on that wait at the gate.
    pub(crate) fn open_gate(&self) {
        fs::write(self.folder.path().join("gate"), "").unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        exchange(&self.front, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    }

    /// Waits for a line of a process or of the front.
    pub(crate) fn line(&self, begins: &str) -> String {
        loop {
            let line = self
                .lines
                .lock()
                .unwrap()
                .recv_timeout(SOON)
                .unwrap_or_else(|_| panic!("no line begins with `{begins}`"));
            if line.starts_with(begins) {
                return line;
            }
        }
    }

    /// The next process that takes an event.
    pub(crate) fn working(&self) -> i32 {
        self.line("working ").trim_start_matches("working ").parse().unwrap()
    }
}

/// Replaced and not overwritten, as cargo does, because a program that runs can't be written.
pub(crate) fn write_program(path: &Path, script: &str) {
    let next = path.with_extension("next");
    fs::write(&next, script).unwrap();
    fs::set_permissions(&next, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(&next, path).unwrap();
}

pub(crate) fn kill_now(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

/// Waits until something holds.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let give_up_at = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < give_up_at, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn has_ended(pid: i32) -> bool {
    ProcessTree::of(pid).refresh().unwrap().is_empty()
}
