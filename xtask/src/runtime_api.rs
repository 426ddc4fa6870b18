//! The server side of the Lambda Runtime API, which a function's process uses as on AWS.
//!
//! It passes events to the process as fast as that asks for them, over all its connections, and measures from the last
//! byte of the event to the last byte of the answer.

mod connection;
mod message;

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// Result of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The function's answer, or its error report.
    pub body: Vec<u8>,
    /// Whether the function reported a failure instead of an answer.
    pub failed: bool,
    /// From the event's last byte to the answer's.
    pub took: Duration,
    /// When the answer was complete.
    pub at: Instant,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// No answer came within this time.
    #[error("the function did not answer within {} ms", .0.as_millis())]
    TooLate(Duration),
}

/// The Runtime API of one function. It stops when it is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    next_id: AtomicU64,
    stopped: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Invocation>,
    running: HashMap<String, Running>,
}

#[derive(Debug)]
struct Invocation {
    id: String,
    event: Vec<u8>,
    answer: Sender<Answer>,
}

#[derive(Debug)]
struct Running {
    since: Instant,
    answer: Sender<Answer>,
}

impl RuntimeApi {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if served.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&served);
                if let Ok(stream) = stream {
                    // After a broken connection the function opens another.
                    thread::spawn(move || connection::serve(&stream, &shared));
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// Its address, the value of `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the variables that Lambda sets for a function's process.
    pub fn equip(&self, command: &mut Command, name: &str, memory_mb: u32) {
        command
            .env("AWS_LAMBDA_RUNTIME_API", self.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string())
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local");
    }

    /// Queues an event. The receiver gets the answer.
    pub fn send(&self, event: Vec<u8>) -> Receiver<Answer> {
        let (answer, receiver) = channel();
        let id = format!("{:08x}-0000-4000-8000-000000000000", self.shared.next_id.fetch_add(1, Ordering::Relaxed));
        self.shared.lock().waiting.push_back(Invocation { id, event, answer });
        // Wakes all threads, because one that only waits for the end would consume a single notification.
        self.shared.changed.notify_all();
        receiver
    }

    /// Queues an event and waits for its answer.
    ///
    /// # Errors
    /// If no answer comes within `within`.
    pub fn invoke(&self, event: Vec<u8>, within: Duration) -> Result<Answer, NoAnswer> {
        self.send(event).recv_timeout(within).map_err(|_| NoAnswer::TooLate(within))
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.changed.notify_all();
        // Wakes the thread that accepts connections, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A thread that panicked leaves the queue in a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next event; `None` at the end.
    fn take(&self) -> Option<Invocation> {
        let mut state = self.lock();
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(invocation) = state.waiting.pop_front() {
                return Some(invocation);
            }
            let (again, _) =
                self.changed.wait_timeout(state, Duration::from_secs(1)).unwrap_or_else(PoisonError::into_inner);
            state = again;
        }
    }

    /// Puts back an event whose connection has closed, for another connection.
    fn put_back(&self, invocation: Invocation) {
        self.lock().waiting.push_front(invocation);
        self.changed.notify_all();
    }

    fn wait_for_end(&self) {
        let mut state = self.lock();
        while !self.stopped.load(Ordering::Relaxed) {
            let (again, _) =
                self.changed.wait_timeout(state, Duration::from_secs(1)).unwrap_or_else(PoisonError::into_inner);
            state = again;
        }
    }

    fn began(&self, id: String, answer: Sender<Answer>) {
        self.lock().running.insert(id, Running { since: Instant::now(), answer });
    }

    fn ended(&self, id: &str, body: Vec<u8>, failed: bool) -> bool {
        let at = Instant::now();
        let running = self.lock().running.remove(id);
        running.is_some_and(|running| {
            let took = at.saturating_duration_since(running.since);
            running.answer.send(Answer { body, failed, took, at }).is_ok()
        })
    }
}
