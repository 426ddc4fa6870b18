//! Runs commands in the foreground and parts in the background, and reacts to signals meanwhile.

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

/// How long a command in the foreground may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(4);

/// Somebody wants us to stop (Ctrl-C, SIGTERM or a closed terminal).
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped")]
pub struct Interrupted;

/// What a part tells the one who waits.
#[derive(Debug)]
pub enum Event {
    /// A line that a reader of output sent on.
    Line(String),
    /// The function with this name has answered, or says why it never will.
    Answer(String, Result<(), String>),
    /// A function has ended although nobody asked it to.
    FunctionEnded,
    /// A signal came.
    Signal,
    /// A process has ended.
    Ended(u32, ExitStatus),
}

/// Takes the lines of a program's output, one at a time and without the line's end.
pub type Lines = Box<dyn FnMut(&str) + Send>;

#[derive(Debug)]
struct Part {
    name: String,
    pid: u32,
    grace: Duration,
}

/// A part to be started: a program that lives until the end.
pub struct PartPlan<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// How long it may take to end when it is asked to.
    pub grace: Duration,
    /// Takes its standard output.
    pub out: Lines,
    /// Takes its standard error.
    pub err: Lines,
}

/// Owner of all processes that a task starts. When it is dropped, none of them is alive.
#[derive(Debug)]
pub struct Supervisor {
    sender: Sender<Event>,
    events: Receiver<Event>,
    parts: Vec<Part>,
}

impl Supervisor {
    /// Begins to listen for signals.
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

    /// A handle with which threads send events to whoever waits here.
    pub fn sender(&self) -> Sender<Event> {
        self.sender.clone()
    }

    /// Runs a command to its end with the terminal as its output. A signal ends it and is the error [`Interrupted`].
    pub fn run(&mut self, command: &mut Command) -> Result<ExitStatus> {
        let child = spawn(command)?;
        self.finish(child)
    }

    /// Runs a command to its end and gives each line of its output (of both streams) to `on_line`,
    /// which makes the receiver for a stream.
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

    /// Starts a part and returns its process number. From now on its end is an error of every wait.
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

    /// Waits for the next event. `None` when `deadline` has passed; an error when a signal came or a part died.
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
                    // What it left behind must not outlive it.
                    let _ = ProcessTree::of(to_pid(part.pid)).stop(Duration::ZERO);
                    bail!("{} has stopped ({status}); what it said last is above", part.name)
                }
                None => Ok(Some(Event::Ended(pid, status))),
            },
            other => Ok(Some(other)),
        }
    }

    /// Waits until a signal comes or a part dies, whichever is first, and returns that as the error.
    /// Everything else that happens meanwhile goes to `on_event`.
    pub fn wait_forever(&mut self, mut on_event: impl FnMut(Event)) -> Result<Infallible> {
        loop {
            if let Some(event) = self.next(None)? {
                on_event(event);
            }
        }
    }

    /// Fails if a signal came or a part died since the last look, without waiting.
    pub fn check(&mut self) -> Result<()> {
        while self.next(Some(Instant::now()))?.is_some() {}
        Ok(())
    }

    /// Stops one part, and what it started, before the others.
    pub fn stop_part(&mut self, pid: u32) -> Result<()> {
        match self.parts.iter().position(|part| part.pid == pid) {
            Some(index) => stop_part(&self.parts.remove(index)),
            None => Ok(()),
        }
    }

    /// Stops all parts, the newest first, with everything that they started.
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

/// Starts a command in a process group of its own, so that Ctrl-C in the terminal reaches only us
/// and we decide the order in which things end.
fn spawn(command: &mut Command) -> Result<Child> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.process_group(0).stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {program}"))
}

fn read_lines(stream: impl Read + Send + 'static, mut on_line: Lines) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        // To the very end even if nobody listens any more: a full pipe would stop the program.
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
            line.clear();
        }
    })
}

fn to_pid(pid: u32) -> i32 {
    i32::try_from(pid).unwrap_or(i32::MAX)
}
