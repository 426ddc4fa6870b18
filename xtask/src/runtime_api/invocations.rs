//! The queue of invocations, shared by all connections.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
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

/// Waiting and running invocations of one function.
#[derive(Debug, Default)]
pub(super) struct Invocations {
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

/// An event and where its answer goes.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) id: String,
    pub(super) event: Vec<u8>,
    pub(super) answer: Sender<Answer>,
}

#[derive(Debug)]
struct Running {
    since: Instant,
    answer: Sender<Answer>,
}

impl Invocations {
    /// Queues an event. The receiver gets the answer.
    pub(super) fn send(&self, event: Vec<u8>) -> Receiver<Answer> {
        let (answer, receiver) = channel();
        let id = format!("{:08x}-0000-4000-8000-000000000000", self.next_id.fetch_add(1, Ordering::Relaxed));
        self.lock().waiting.push_back(Invocation { id, event, answer });
        // Wakes all threads, because one that only waits for the end would consume a single notification.
        self.changed.notify_all();
        receiver
    }

    /// Ends all waiting.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Drops all events, so that nobody waits for their answers.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.waiting.clear();
        state.running.clear();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A thread that panicked leaves the queue in a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next event; `None` at the end.
    pub(super) fn take(&self) -> Option<Invocation> {
        let mut state = self.lock();
        loop {
            if self.is_stopped() {
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
    pub(super) fn put_back(&self, invocation: Invocation) {
        self.lock().waiting.push_front(invocation);
        self.changed.notify_all();
    }

    pub(super) fn wait_for_end(&self) {
        let mut state = self.lock();
        while !self.is_stopped() {
            let (again, _) =
                self.changed.wait_timeout(state, Duration::from_secs(1)).unwrap_or_else(PoisonError::into_inner);
            state = again;
        }
    }

    pub(super) fn began(&self, id: String, answer: Sender<Answer>) {
        self.lock().running.insert(id, Running { since: Instant::now(), answer });
    }

    pub(super) fn ended(&self, id: &str, body: Vec<u8>, failed: bool) -> bool {
        let at = Instant::now();
        let running = self.lock().running.remove(id);
        running.is_some_and(|running| {
            let took = at.saturating_duration_since(running.since);
            running.answer.send(Answer { body, failed, took, at }).is_ok()
        })
    }
}
