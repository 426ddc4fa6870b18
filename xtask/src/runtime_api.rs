//! The server side of the Lambda Runtime API, which a function's process uses as on AWS.
//!
//! It passes events to the process as fast as that asks for them, over all its connections, and measures from the last
//! byte of the event to the last byte of the answer.

mod connection;
mod invocations;
mod invoke_endpoint;
mod message;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::{Arc, mpsc::Receiver},
    thread,
    time::Duration,
};

use invocations::Invocations;

pub use invocations::Answer;
pub use invoke_endpoint::InvokeEndpoint;

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
    invocations: Arc<Invocations>,
}

impl RuntimeApi {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let invocations = Arc::new(Invocations::default());
        let served = Arc::clone(&invocations);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if served.is_stopped() {
                    return;
                }
                let invocations = Arc::clone(&served);
                if let Ok(stream) = stream {
                    // After a broken connection the function opens another.
                    thread::spawn(move || connection::serve(&stream, &invocations));
                }
            }
        });
        Ok(Self { address, invocations })
    }

    /// Its address, the value of `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the variables that Lambda sets for a function's process.
    pub fn equip(&self, command: &mut Command, name: &str, memory_mb: u32) {
        lambda_variables(command, &self.address.to_string(), name, memory_mb);
    }

    /// Queues an event. The receiver gets the answer.
    pub fn send(&self, event: Vec<u8>) -> Receiver<Answer> {
        self.invocations.send(event)
    }

    /// Gives up all events, because the function's process has died. Whoever waits for an answer learns that none
    /// comes.
    pub fn abandon(&self) {
        self.invocations.abandon();
    }

    /// Queues an event and waits for its answer.
    ///
    /// # Errors
    /// If no answer comes within `within`.
    pub fn invoke(&self, event: Vec<u8>, within: Duration) -> Result<Answer, NoAnswer> {
        self.send(event).recv_timeout(within).map_err(|_| NoAnswer::TooLate(within))
    }
}

/// Sets the variables that Lambda sets for a function's process, whose Runtime API is at this address or URL.
pub(crate) fn lambda_variables(command: &mut Command, runtime_api: &str, name: &str, memory_mb: u32) {
    command
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string())
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "local");
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.invocations.stop();
        // Wakes the thread that accepts connections, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}
