//! One process of a function, which works on one event at a time.

use std::{
    fs,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    time::timeout,
};

use super::{
    Output,
    desk::{Desk, Desks, Event},
    failure::Failure,
    function::FrontFunction,
    id,
};
use crate::process::Lines;

/// The bound for a start. On Lambda it is 10 s, but this machine may build meanwhile.
const START_WITHIN: Duration = Duration::from_secs(30);

/// A running process of a function. Dropping the value kills it.
#[derive(Debug)]
pub(super) struct Environment {
    child: Child,
    pid: u32,
    number: u64,
    desk: Arc<Desk>,
    desks: Arc<Desks>,
    built: Option<SystemTime>,
    idle_since: Instant,
}

impl Environment {
    /// Starts a process, and returns when it asks for its first event.
    pub(super) async fn start(
        function: &FrontFunction,
        runtime_api: &str,
        desks: &Arc<Desks>,
        output: &Output,
    ) -> Result<Self, Failure> {
        let not_started = |reason: String| Failure::NotStarted(reason);
        let (number, desk) = desks.open();
        let built = built(function);
        let mut command = Command::from(function.command(&format!("http://{runtime_api}/{number}")));
        // A group of its own, so that Ctrl-C in the terminal reaches the task alone, which then ends the processes.
        command.process_group(0).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = command.spawn();
        let child = spawned.map_err(|error| {
            desks.close(number);
            not_started(format!("{} cannot be started: {error}", function.program.display()))
        })?;
        let pid = child.id().unwrap_or_default();
        let desks = Arc::clone(desks);
        let mut started = Self { child, pid, number, desk, desks, built, idle_since: Instant::now() };
        if let Some(stream) = started.child.stdout.take() {
            tokio::spawn(pass_on(stream, output()));
        }
        if let Some(stream) = started.child.stderr.take() {
            tokio::spawn(pass_on(stream, output()));
        }
        let desk = Arc::clone(&started.desk);
        tokio::select! {
            biased;
            () = desk.asked.notified() => Ok(started),
            status = started.child.wait() => Err(not_started(said(status.ok()))),
            () = tokio::time::sleep(START_WITHIN) => {
                Err(not_started(format!("it asked for no event within {} s", START_WITHIN.as_secs())))
            }
        }
    }

    /// Lets the process work on an event.
    pub(super) async fn run(&mut self, body: Bytes, within: Duration) -> Result<Bytes, Failure> {
        let deadline_ms = now_ms().saturating_add(u64::try_from(within.as_millis()).unwrap_or(u64::MAX));
        let answer = self.desk.lay_down(Event { id: id(), body, deadline_ms });
        let outcome = timeout(within, async {
            tokio::select! {
                // A process may answer and end.
                biased;
                answer = answer => answer.unwrap_or_else(|_| Err(Failure::Died("its answer was lost".to_owned()))),
                status = self.child.wait() => Err(Failure::Died(said(status.ok()))),
            }
        });
        let outcome = outcome.await.unwrap_or(Err(Failure::TimedOut(within)));
        self.idle_since = Instant::now();
        outcome
    }

    /// How the process has ended, if it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(said(Some(status))),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Whether the program was built again since.
    pub(super) fn is_outdated(&self, function: &FrontFunction) -> bool {
        // While a build replaces the program there is none for a moment.
        built(function).is_some_and(|now| Some(now) != self.built)
    }

    pub(super) fn idle_for(&self) -> Duration {
        self.idle_since.elapsed()
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.desks.close(self.number);
    }
}

fn built(function: &FrontFunction) -> Option<SystemTime> {
    fs::metadata(&function.program).and_then(|program| program.modified()).ok()
}

fn said(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "its end is unknown".to_owned(), |status| status.to_string())
}

/// Passes on output line by line to its end, because a full pipe would block the process.
async fn pass_on(stream: impl AsyncRead + Unpin, mut lines: Lines) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|length| length > 0) {
        lines(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}

/// Milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a deadline and an event's time are times of day, and decide nothing here"
)]
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
