//! Functions as processes, driven through the Lambda Runtime API as on AWS: paths arrive decoded, and the log of the
//! function can be read.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use aviary_template::local_access_key;
use serde_json::Value;
use xtask::cli::{DelayArgs, PasswordPolicy};
use xtask::front::FrontFunction;
use xtask::local::{self, Plan};
use xtask::runtime_api::RuntimeApi;
use xtask::workspace::Workspace;

use crate::client::{Answer, Service};
use crate::local_aws::event::Event;
use crate::{secrets, seen};

/// Set, the release builds of the functions are driven. They must have been built.
const RELEASE: &str = "AVIARY_TEST_RELEASE";
const PATIENCE: Duration = Duration::from_secs(30);
/// The pause between two checks whether a process is still alive.
const LOOK: Duration = Duration::from_millis(20);

/// A running function. Dropping the value ends the process.
#[derive(Debug)]
pub struct Function {
    process: Child,
    api: Arc<RuntimeApi>,
    // Behind a lock, so that several threads can invoke one function.
    log: Mutex<Receiver<Value>>,
    /// The threads that read its output.
    readers: Vec<JoinHandle<()>>,
}

/// The result of an invocation.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The answer.
    pub answer: Answer,
    /// The log line of the request.
    pub log: Value,
}

impl Invoked {
    /// The number of sequential round trips to DynamoDB.
    #[must_use]
    pub fn round_trips(&self) -> u64 {
        self.log["dynamodb.round_trips"].as_u64().unwrap_or_else(|| panic!("no round trips in {}", self.log))
    }
}

impl Invoked {
    /// The read capacity that the request used.
    #[must_use]
    pub fn read_units(&self) -> f64 {
        self.log["dynamodb.rcu"].as_f64().unwrap_or_else(|| panic!("no capacity in {}", self.log))
    }
}

impl Function {
    /// Starts a function with the settings and in the role that the template gives it.
    #[must_use]
    pub fn start(service: &Service, name: &str) -> Self {
        Self::start_with(service, name, &[])
    }

    /// Starts a function with other values of some settings.
    #[must_use]
    pub fn start_with(service: &Service, name: &str, settings: &[(&str, &str)]) -> Self {
        let workspace = Workspace::locate().expect("the workspace");
        let function = in_template(&workspace, service, name);
        let api = Arc::new(RuntimeApi::start().expect("a free port"));
        let mut command = workspace.command(workspace.binary(name, std::env::var_os(RELEASE).is_some()));
        local::forget_foreign_settings(&mut command);
        api.equip(&mut command, name, function.memory_mb);
        command
            .envs(&function.environment)
            .envs(local::local_aws(&service.dynamodb_url, &service.aws_url))
            .env("AWS_ACCESS_KEY_ID", local_access_key(name))
            .env("AVIARY_RAW_PATH", "decoded")
            // As if it were not set: host and scheme come from the event.
            .env("AVIARY_PUBLIC_URL", "")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| panic!("`{name}` cannot be started: {error}"));
        let output = process.stdout.take().expect("its output");
        let errors = process.stderr.take().expect("its errors");
        let (sender, log) = channel();
        let of = name.to_owned();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                secrets::of_output(&of, &line);
                // Nobody may read the log any more.
                let _ = serde_json::from_str(&line).map(|line| sender.send(line));
            }
        });
        let of = name.to_owned();
        let complainer = std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                secrets::of_output(&of, &line);
                eprintln!("{of}: {line}");
            }
        });
        Self { process, api, log: Mutex::new(log), readers: vec![reader, complainer] }
    }

    /// Invokes it with a request, and waits for the answer and its log line.
    pub fn invoke(&self, event: Event) -> Invoked {
        let id = event.request_id();
        let log = self.log.lock().expect("the log");
        let answer = self.answer(&event.into_json());
        loop {
            let line = log.recv_timeout(PATIENCE).expect("every request leaves a line in the log");
            if line["message"] == "request" && line["request.id"] == id.as_str() {
                return Invoked { answer, log: line };
            }
        }
    }

    /// Invokes it with the JSON of a request, for example from a file.
    pub fn answer(&self, event: &Value) -> Answer {
        secrets::of_event(event);
        let answer = Answer::of_function(&self.output(event));
        secrets::of_answer(&answer);
        let method = event["requestContext"]["http"]["method"].as_str().unwrap_or_default();
        seen::note(method, event["rawPath"].as_str().unwrap_or_default(), answer.status);
        answer
    }

    /// Invokes it with an event that is no HTTP request, and returns its output.
    pub fn output(&self, event: &Value) -> Vec<u8> {
        let answer = self.api.invoke(event.to_string().into_bytes(), PATIENCE).expect("the function answers");
        assert!(!answer.failed, "{}", String::from_utf8_lossy(&answer.body));
        answer.body
    }

    /// Invokes a function that may be killed meanwhile; then the result is `None`.
    pub fn output_unless_killed(&mut self, event: &Value) -> Option<Vec<u8>> {
        let answer = self.api.send(event.to_string().into_bytes());
        let deadline = Instant::now() + PATIENCE;
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(answer) => {
                    assert!(!answer.failed, "{}", String::from_utf8_lossy(&answer.body));
                    return Some(answer.body);
                }
                Err(RecvTimeoutError::Disconnected) => panic!("the driver of the Runtime API has ended"),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.process.try_wait().expect("its state").is_some() {
                return None;
            }
            assert!(Instant::now() < deadline, "the function neither answers nor ends");
        }
    }

    /// The log lines up to the first one that `is_last` accepts, without those that [`Function::invoke`] has read.
    pub fn log_until(&self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let log = self.log.lock().expect("the log");
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line| !is_last(line)) {
            lines.push(
                log.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the line did not come; the log has {lines:?}")),
            );
        }
        lines
    }

    /// Whether its process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.process.try_wait().expect("its state").is_some()
    }

    /// The log lines that have come and were not read yet.
    pub fn log_so_far(&self) -> Vec<Value> {
        self.log.lock().expect("the log").try_iter().collect()
    }

    /// Its Runtime API, through which others may invoke it too.
    #[must_use]
    pub fn api(&self) -> Arc<RuntimeApi> {
        Arc::clone(&self.api)
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // A function keeps no state that could be lost, and may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // What it wrote is searched for secrets, so all of it must be kept.
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

/// The environment of a function, for programs that work on the same deployment with all rights.
#[must_use]
pub fn environment_of(service: &Service, name: &str) -> BTreeMap<String, String> {
    let workspace = Workspace::locate().expect("the workspace");
    let mut environment = in_template(&workspace, service, name).environment;
    environment.extend(local::local_aws(&service.dynamodb_url, &service.aws_url));
    environment
}

/// A function as the local front serves it.
pub(super) fn front_function(service: &Service, name: &str) -> FrontFunction {
    let workspace = Workspace::locate().expect("the workspace");
    let function = in_template(&workspace, service, name);
    local::front_function(&workspace, &function, &plan(service), (&service.dynamodb_url, &service.aws_url))
}

fn in_template(workspace: &Workspace, service: &Service, name: &str) -> aviary_template::Function {
    let functions = local::functions(workspace, &plan(service), &service.aws_url).expect("template.yaml is read");
    let function = functions.into_iter().find(|function| function.binary == name);
    function.unwrap_or_else(|| panic!("template.yaml has no function `{name}`"))
}

/// Describes the running deployment. Nothing is started from this plan.
fn plan(service: &Service) -> Plan {
    Plan {
        stack: service.stack.clone(),
        data: std::path::PathBuf::new(),
        files: std::path::PathBuf::new(),
        api_port: 0,
        dynamodb_port: 0,
        aws_port: 0,
        release: false,
        reload: false,
        tls: None,
        password_policy: PasswordPolicy::Documented,
        confirm_address: false,
        delays: DelayArgs::default(),
    }
}
