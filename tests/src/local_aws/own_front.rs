//! A local front for a single test that kills the functions' processes.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use xtask::front::{Front, Output};
use xtask::process::Lines;

use crate::client::Service;
use crate::local_aws::function::front_function;

const PATIENCE: Duration = Duration::from_secs(30);

/// Some functions behind a front of their own, on the running local AWS. Dropping the value ends them.
#[derive(Debug)]
pub struct OwnFront {
    /// Requests to this front.
    pub service: Service,
    front: Front,
    messages: Mutex<Receiver<String>>,
}

impl OwnFront {
    /// Serves these functions, with the settings and in the roles that the template gives them.
    #[must_use]
    pub fn start(service: &Service, functions: &[&str]) -> Self {
        let functions = functions.iter().map(|name| front_function(service, name)).collect();
        let (sender, messages) = channel();
        let sender = Mutex::new(sender);
        let output: Output = Arc::new(move || only_messages(sender.lock().expect("the sender").clone()));
        let front = Front::start(functions, 0, &output).expect("a free port");
        let service = service.at(format!("http://{}", front.address()));
        Self { service, front, messages: Mutex::new(messages) }
    }

    /// The ids of a function's processes that no request uses.
    #[must_use]
    pub fn idle_processes(&self, function: &str) -> Vec<u32> {
        self.front.idle_processes(function)
    }

    /// Waits for the next line that the front says itself.
    #[must_use]
    pub fn message(&self) -> String {
        let messages = self.messages.lock().expect("the messages");
        messages.recv_timeout(PATIENCE).expect("the front says what has happened")
    }
}

/// Passes on what the front says, without what the functions log.
fn only_messages(sender: Sender<String>) -> Lines {
    Box::new(move |line| {
        if line.starts_with("The function") {
            let _ = sender.send(line.to_owned());
        }
    })
}
