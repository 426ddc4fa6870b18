//! A function in a process of its own, driven by the Lambda Runtime API as AWS does: paths arrive decoded, and
//! what the function writes to its log can be read.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use xtask::cli::PasswordPolicy;
use xtask::local::{self, Plan};
use xtask::runtime_api::RuntimeApi;
use xtask::workspace::Workspace;

use crate::{Answer, Event, Service};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running function; it ends with this value.
#[derive(Debug)]
pub struct Function {
    process: Child,
    api: RuntimeApi,
    log: Receiver<Value>,
}

/// What came of an event.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The answer.
    pub answer: Answer,
    /// The line that the request left in the log.
    pub log: Value,
}

impl Invoked {
    /// How many calls to DynamoDB had to wait for each other.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.log["dynamodb.steps"].as_u64().unwrap_or_else(|| panic!("no steps in {}", self.log))
    }
}

impl Function {
    /// Starts a function with the settings that the template gives it.
    #[must_use]
    pub fn start(service: &Service, name: &str) -> Self {
        Self::start_with(service, name, &[])
    }

    /// The same with other values of some settings.
    #[must_use]
    pub fn start_with(service: &Service, name: &str, settings: &[(&str, &str)]) -> Self {
        let workspace = Workspace::locate().expect("the workspace");
        let functions = local::functions(&workspace, &plan(service), &service.aws_url).expect("template.yaml is read");
        let function = functions.into_iter().find(|function| function.binary == name);
        let function = function.unwrap_or_else(|| panic!("template.yaml has no function `{name}`"));
        let api = RuntimeApi::start().expect("a free port");
        let mut command = workspace.command(workspace.binary(name, false));
        local::forget_foreign_settings(&mut command);
        api.equip(&mut command, name, function.memory_mb);
        command
            .envs(&function.environment)
            .envs(local::local_aws(&service.dynamodb_url, &service.aws_url))
            .env("AVIARY_RAW_PATH", "decoded")
            // As where nobody has set it: host and scheme are the event's.
            .env("AVIARY_PUBLIC_URL", "")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| panic!("`{name}` can't be started: {error}"));
        let output = process.stdout.take().expect("its output");
        let (sender, log) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.filter_map(|line| serde_json::from_str(&line).ok()).try_for_each(|line| sender.send(line))
        });
        Self { process, api, log }
    }

    /// Hands it an event, and waits for the answer and the line in the log.
    pub fn invoke(&self, event: Event) -> Invoked {
        let id = event.request_id();
        let answer = self.answer(&event.into_json());
        loop {
            let line = self.log.recv_timeout(PATIENCE).expect("every request leaves a line in the log");
            if line["message"] == "request" && line["request.id"] == id.as_str() {
                return Invoked { answer, log: line };
            }
        }
    }

    /// Hands it an event of a file.
    pub fn answer(&self, event: &Value) -> Answer {
        Answer::of_function(&self.output(event))
    }

    /// The same for an event that is no request.
    pub fn output(&self, event: &Value) -> Vec<u8> {
        let answer = self.api.invoke(event.to_string().into_bytes(), PATIENCE).expect("the function answers");
        assert!(!answer.failed, "{}", String::from_utf8_lossy(&answer.body));
        answer.body
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It keeps nothing that could be lost, and may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The same deployment as the running one; nothing is started from it.
fn plan(service: &Service) -> Plan {
    Plan {
        stack: service.stack.clone(),
        data: std::path::PathBuf::new(),
        api_port: 0,
        dynamodb_port: 0,
        aws_port: 0,
        release: false,
        reload: false,
        tls: None,
        password_policy: PasswordPolicy::Documented,
    }
}
