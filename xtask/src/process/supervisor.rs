//! Runs commands in the foreground and parts in the background, and handles signals.

use std::{
    convert::Infallible,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::tree::ProcessTree;

/// Time that a command in the foreground has to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(4);

/// The task was told to stop (Ctrl-C, SIGTERM or a closed terminal).
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped")]
pub struct Interrupted;

/// What a [`Supervisor`] waits for.
#[derive(Debug)]
pub enum Event {
    /// A line of a part's output.
    Line(String),
    /// The function with this name has answered, or cannot answer for this reason.
    Answer(String, Result<(), String>),
    /// A source file of the functions has changed.
    SourcesChanged,
    /// SIGINT, SIGTERM or SIGHUP.
    Signal,
    /// A process has ended.
    Ended(u32, ExitStatus),
}

/// Receives a program's output line by line, without line breaks.
pub type Lines = Box<dyn FnMut(&str) + Send>;

#[derive(Debug)]
struct Part {
    name: String,
    pid: u32,
    grace: Duration,
}

/// A part to start: a program that runs until the task ends.
pub struct PartPlan<'a> {
    /// Its name in messages.
    pub name: &'a str,
    /// Time that it has to end after SIGTERM.
    pub grace: Duration,
    /// Receives its standard output.
    pub out: Lines,
    /// Receives its standard error.
    pub err: Lines,
}

/// Owns all processes that a task starts. After it is dropped, none of them is alive.
#[derive(Debug)]
pub struct Supervisor {
    sender: Sender<Event>,
    events: Receiver<Event>,
    parts: Vec<Part>,
}

impl Supervisor {
    /// Starts to listen for signals.
    pub fn new() -> Result<Self> {
        let (sender, events) = channel();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for signals")?;
        let told = sender.clone();
        thread::spawn(move || {
            for _ in signals.forever() {
                if told.send(Event::Signal).is_err() {
                    return;
                }
            }
        });
        Ok(Self { sender, events, parts: Vec::new() })
    }

    /// A handle with which other threads send events to this supervisor.
    pub fn sender(&self) -> Sender<Event> {
        self.sender.clone()
    }

    /// Runs a command to its end, with its output on the terminal. A signal stops it and gives [`Interrupted`].
    pub fn run(&mut self, command: &mut Command) -> Result<ExitStatus> {
        let child = spawn(command)?;
        self.finish(child)
    }

    /// Runs a command to its end. `on_line` makes a receiver for each of its two output streams.
    pub fn run_with_lines(&mut self, command: &mut Command, on_line: impl Fn() -> Lines) -> Result<ExitStatus> {
        let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        let readers = [
            child.stdout.take().map(|stream| read_lines(stream, on_line())),
            child.stderr.take().map(|stream| read_lines(stream, on_line())),
        ];
        let status = self.finish(child)?;
        for reader in readers.into_iter().flatten() {
            let _ = reader.join();
        }
        Ok(status)
    }

    /// Starts a part and returns its process id. From now on every wait fails if the part ends.
    pub fn start(&mut self, plan: PartPlan<'_>, command: &mut Command) -> Result<u32> {
        let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        if let Some(stream) = child.stdout.take() {
            read_lines(stream, plan.out);
        }
        if let Some(stream) = child.stderr.take() {
            read_lines(stream, plan.err);
        }
        let pid = child.id();
        self.parts.push(Part { name: plan.name.to_owned(), pid, grace: plan.grace });
        self.watch(child);
        Ok(pid)
    }

    /// Waits for the next event. `None` when `deadline` has passed; an error after a signal or when a part ends.
    pub fn next(&mut self, deadline: Option<Instant>) -> Result<Option<Event>> {
        let event = match deadline {
            None => self.events.recv().map_err(|_| anyhow!("all parts are gone"))?,
            Some(at) => match self.events.recv_timeout(at.saturating_duration_since(Instant::now())) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => bail!("all parts are gone"),
            },
        };
        match event {
            Event::Signal => Err(Interrupted.into()),
            Event::Ended(pid, status) => match self.parts.iter().position(|part| part.pid == pid) {
                Some(index) => {
                    let part = self.parts.remove(index);
                    // Its descendants must not outlive it.
                    let _ = ProcessTree::of(to_pid(part.pid)).stop(Duration::ZERO);
                    bail!("{} has stopped ({status}); its last output is above", part.name)
                }
                None => Ok(Some(Event::Ended(pid, status))),
            },
            other => Ok(Some(other)),
        }
    }

    /// Waits until a signal arrives or a part ends, and returns that as the error. Other events go to `on_event`, which
    /// may use this supervisor, and whose error ends the wait.
    pub fn wait_forever(&mut self, mut on_event: impl FnMut(&mut Self, Event) -> Result<()>) -> Result<Infallible> {
        loop {
            if let Some(event) = self.next(None)? {
                on_event(self, event)?;
            }
        }
    }

    /// Fails if a signal has arrived or a part has ended, without waiting.
    pub fn check(&mut self) -> Result<()> {
        while self.next(Some(Instant::now()))?.is_some() {}
        Ok(())
    }

    /// Stops one part and its descendants.
    pub fn stop_part(&mut self, pid: u32) -> Result<()> {
        match self.parts.iter().position(|part| part.pid == pid) {
            Some(index) => stop_part(&self.parts.remove(index)),
            None => Ok(()),
        }
    }

    /// Stops all parts, the newest first, with their descendants.
    pub fn stop(&mut self) -> Result<()> {
        let mut result = Ok(());
        while let Some(part) = self.parts.pop() {
            result = result.and(stop_part(&part));
        }
        result
    }

    fn finish(&mut self, child: Child) -> Result<ExitStatus> {
        let own = child.id();
        self.watch(child);
        loop {
            match self.next(None) {
                Ok(Some(Event::Ended(pid, status))) if pid == own => return Ok(status),
                Ok(_) => {}
                Err(error) => {
                    let _ = ProcessTree::of(to_pid(own)).stop(GRACE);
                    return Err(error);
                }
            }
        }
    }

    fn watch(&self, mut child: Child) {
        let sender = self.sender.clone();
        thread::spawn(move || {
            let pid = child.id();
            if let Ok(status) = child.wait() {
                let _ = sender.send(Event::Ended(pid, status));
            }
        });
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

fn stop_part(part: &Part) -> Result<()> {
    ProcessTree::of(to_pid(part.pid)).stop(part.grace).with_context(|| format!("cannot stop {}", part.name))
}

/// Starts a command in a process group of its own, so that Ctrl-C in the terminal signals only this process, which
/// then stops the parts in order.
fn spawn(command: &mut Command) -> Result<Child> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.process_group(0).stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {program}"))
}

fn read_lines(stream: impl Read + Send + 'static, mut on_line: Lines) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        // Read to the end even if the receiver ignores it, because a full pipe would block the program.
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
            line.clear();
        }
    })
}

fn to_pid(pid: u32) -> i32 {
    i32::try_from(pid).unwrap_or(i32::MAX)
}
