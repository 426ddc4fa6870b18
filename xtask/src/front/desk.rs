//! What the Runtime API knows of one process: the event that it may fetch, and the answer that is expected of it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc, oneshot};

use super::failure::Failure;

/// An event on its way to a process.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) body: Bytes,
    /// When the function must have answered, in milliseconds since 1970.
    pub(super) deadline_ms: u64,
}

/// The answer of a process, or what it reported instead.
pub(super) type Answer = Result<Bytes, Failure>;

/// The side of one process that the Runtime API sees.
#[derive(Debug)]
pub(super) struct Desk {
    /// Told whenever the process asks for an event; the first time ends its start.
    pub(super) asked: Notify,
    sender: mpsc::UnboundedSender<Event>,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    expected: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
}

impl Desk {
    fn new() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        Self { asked: Notify::new(), sender, events: tokio::sync::Mutex::new(events), expected: Mutex::default() }
    }

    /// Lays down an event. The receiver gets the answer, and an error if nobody will give one.
    pub(super) fn lay_down(&self, event: Event) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = Some((event.id.clone(), answer));
        // The receiving half lives as long as the desk.
        let _ = self.sender.send(event);
        receiver
    }

    /// Waits for the next event.
    pub(super) async fn fetch(&self) -> Option<Event> {
        self.asked.notify_one();
        self.events.lock().await.recv().await
    }

    /// Hands in an answer; false if it is of no event that is under way.
    pub(super) fn hand_in(&self, id: &str, answer: Answer) -> bool {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = expected.take_if(|(of, _)| of == id);
        taken.is_some_and(|(_, sender)| sender.send(answer).is_ok())
    }
}

/// The desks of all living processes.
#[derive(Debug, Default)]
pub(super) struct Desks {
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Desk>>>,
}

impl Desks {
    /// Opens a desk and returns its number, which is in the URL of the process's Runtime API.
    pub(super) fn open(&self) -> (u64, Arc<Desk>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let desk = Arc::new(Desk::new());
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::clone(&desk));
        (number, desk)
    }

    pub(super) fn close(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    pub(super) fn get(&self, number: u64) -> Option<Arc<Desk>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }
}
