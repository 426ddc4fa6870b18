//! Lambda's `Invoke` in front of Runtime APIs: the local AWS delivers stream records and schedules by it.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{RuntimeApi, message::Request};

const BEFORE_NAME: &str = "/2015-03-31/functions/";
const AFTER_NAME: &str = "/invocations";
/// What the delivery of the local AWS reads as a failure of the function.
const FAILED: &str = "X-Amz-Function-Error: Unhandled\r\n";

/// A server that invokes functions by their names. It stops when it is dropped.
#[derive(Debug)]
pub struct InvokeEndpoint {
    address: SocketAddr,
    functions: Arc<Functions>,
}

#[derive(Debug, Default)]
struct Functions {
    stopped: AtomicBool,
    by_name: Mutex<BTreeMap<String, Arc<RuntimeApi>>>,
}

impl InvokeEndpoint {
    /// Listens on a free port of this machine. No function is known yet.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let functions = Arc::new(Functions::default());
        let served = Arc::clone(&functions);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if served.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let functions = Arc::clone(&served);
                if let Ok(stream) = stream {
                    // A caller that went away delivers again.
                    thread::spawn(move || serve(&stream, &functions));
                }
            }
        });
        Ok(Self { address, functions })
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Invokes this function by this Runtime API from now on.
    pub fn register(&self, name: &str, api: Arc<RuntimeApi>) {
        self.functions.by_name.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), api);
    }
}

impl Drop for InvokeEndpoint {
    fn drop(&mut self) {
        self.functions.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts connections, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, functions: &Functions) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader).ok()? {
        let api = function_of(&request).and_then(|name| {
            functions.by_name.lock().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
        });
        match api.map(|api| api.send(request.body).recv()) {
            None => reply(stream, "404 Not Found", "", b"no such function"),
            // As Lambda says it of a process that died.
            Some(Err(_)) => reply(stream, "200 OK", FAILED, br#"{"errorType":"Runtime.ExitError"}"#),
            Some(Ok(answer)) => reply(stream, "200 OK", if answer.failed { FAILED } else { "" }, &answer.body),
        }
        .ok()?;
    }
    Some(())
}

/// The function that a call names.
fn function_of(request: &Request) -> Option<&str> {
    let is_post = request.method == "POST";
    request.path.strip_prefix(BEFORE_NAME)?.strip_suffix(AFTER_NAME).filter(|_| is_post)
}

fn reply(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let mut message = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    stream.write_all(&message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_invocation_names_a_function() {
        let of =
            |method: &str, path: &str| Request { method: method.to_owned(), path: path.to_owned(), body: Vec::new() };
        assert_eq!(function_of(&of("POST", "/2015-03-31/functions/feed/invocations")), Some("feed"));
        assert_eq!(function_of(&of("GET", "/2015-03-31/functions/feed/invocations")), None);
        assert_eq!(function_of(&of("POST", "/2015-03-31/functions/feed")), None);
    }
}
