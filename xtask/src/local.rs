//! The whole service on this machine: the local AWS, and the functions behind the local front.

mod environment;
mod function_logs;
mod plan;
mod probe;
mod routes;
mod watch;

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use aviary_template::{Function, Settings, Template};
use serde::Deserialize;

use crate::{
    front::{Front, FrontFunction, Output},
    logs::LogView,
    process::{Event, Lines, PartPlan, Supervisor},
    workspace::Workspace,
};

use function_logs::FunctionLogs;

pub use environment::{forget_foreign_settings, isolated, local_aws};
pub use function_logs::call as call_logs;
pub use plan::{Plan, REGION, STACK};
pub use routes::{DEFAULT_ROUTE, local_paths};
pub use watch::Watch;

const LOCAL_AWS_WITHIN: Duration = Duration::from_secs(60);
const FUNCTIONS_WITHIN: Duration = Duration::from_secs(60);

/// Base URLs of the parts.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Base URL of the API.
    pub api: String,
    /// URL of DynamoDB.
    pub dynamodb: String,
    /// URL of the other services.
    pub aws: String,
}

/// Settings with which the template is resolved on this machine.
pub fn settings(stack: &str) -> Settings {
    Settings { stack: stack.to_owned(), region: REGION.to_owned(), ..Settings::default() }
}

/// Settings that read the functions without running them: addresses that are known only at run time are empty.
pub fn offline_settings() -> Settings {
    let overrides = ["AVIARY_MEDIA_URL", "AVIARY_PUBLIC_URL"].map(|name| (name.to_owned(), String::new())).into();
    Settings { overrides, ..settings(STACK) }
}

/// A running local AWS, and the call that serves the functions.
#[derive(Debug)]
pub struct Prepared {
    /// Base URLs; the API answers once `watch` runs.
    pub addresses: Addresses,
    /// The call that serves the functions.
    pub watch: Watch,
}

/// The running service. Dropping it ends the functions; the local AWS is the supervisor's.
#[derive(Debug)]
pub struct Running {
    /// Base URLs.
    pub addresses: Addresses,
    /// The front that serves the functions.
    pub front: Front,
}

/// Starts everything, and returns after every function with routes has answered a request. Functions may take
/// `patience` times their time-outs: 1 as on AWS, and more for tests, which share the machine with builds and each
/// other.
pub fn start(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    plan: &Plan,
    patience: u32,
    logs: &LogView,
) -> Result<Running> {
    let invoked_at = format!("http://127.0.0.1:{}", plan.plain_port());
    let (dynamodb, aws) = start_local_aws(workspace, supervisor, plan, logs, Some(&invoked_at))?;
    let functions = functions(workspace, plan, &aws)?;
    let served = functions.iter().map(|function| {
        let served = front_function(workspace, function, plan, (&dynamodb, &aws));
        FrontFunction { timeout: served.timeout * patience, ..served }
    });
    let output = output(logs.clone(), FunctionLogs::start(&functions, &aws));
    let front = Front::start(served.collect(), plan.plain_port(), &output)?;
    if let Some(files) = &plan.tls {
        front.serve_tls(files, plan.api_port)?;
    }
    wait_for_functions(supervisor, front.address(), &functions)?;
    Ok(Running { addresses: Addresses { api: plan.api_url(), dynamodb, aws }, front })
}

/// A function of the template as the front serves it, on the local AWS at these URLs of DynamoDB and the other
/// services.
pub fn front_function(
    workspace: &Workspace,
    function: &Function,
    plan: &Plan,
    (dynamodb, aws): (&str, &str),
) -> FrontFunction {
    FrontFunction {
        name: function.binary.clone(),
        program: workspace.binary(&function.binary, plan.release),
        workspace: workspace.clone(),
        environment: environment::of(function, dynamodb, aws),
        routes: function.routes.clone(),
        memory_mb: function.memory_mb,
        timeout: Duration::from_secs(function.timeout_s.into()),
    }
}

/// Starts the local AWS, and writes the files with which `cargo lambda watch` serves the functions.
pub fn prepare(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    cargo_lambda: &Path,
    plan: &Plan,
    logs: &LogView,
) -> Result<Prepared> {
    let invoked_at = format!("http://127.0.0.1:{}", plan.plain_port());
    let (dynamodb, aws) = start_local_aws(workspace, supervisor, plan, logs, Some(&invoked_at))?;
    let functions = functions(workspace, plan, &aws)?;
    let environment = environment::of_all(&functions, &dynamodb, &aws)?;
    let watch = Watch::prepare(workspace, cargo_lambda, plan, &functions, &environment)?;
    Ok(Prepared { addresses: Addresses { api: plan.api_url(), dynamodb, aws }, watch })
}

/// Starts only the local AWS, and returns the URLs of DynamoDB and of the other services once both are ready. Streams
/// and schedules call the functions at `functions_at`, if that is given.
pub fn start_local_aws(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    plan: &Plan,
    logs: &LogView,
    functions_at: Option<&str>,
) -> Result<(String, String)> {
    let mut command = workspace.command(workspace.binary("localaws", plan.release));
    command
        .arg("--template")
        .arg(workspace.template())
        .arg("--data")
        .arg(&plan.data)
        .args(["--stack", &plan.stack])
        .args(["--dynamodb-port", &plan.dynamodb_port.to_string()])
        .args(["--aws-port", &plan.aws_port.to_string()])
        .args(["--stream-delay-ms", &plan.delays.stream_delay_ms.to_string()])
        .args(["--index-delay-ms", &plan.delays.index_delay_ms.to_string()]);
    if let Some(url) = functions_at {
        command.args(["--functions-url", url]);
    }
    forget_foreign_settings(&mut command);
    let sender = supervisor.sender();
    let on_line: Lines = Box::new(move |line| {
        let _ = sender.send(Event::Line(line.to_owned()));
    });
    let part = PartPlan { name: "the local AWS", grace: Duration::from_secs(5), out: on_line, err: logs.lines() };
    supervisor.start(part, &mut command)?;
    let deadline = Instant::now() + LOCAL_AWS_WITHIN;
    loop {
        match supervisor.next(Some(deadline))? {
            Some(Event::Line(line)) => {
                if let Some(urls) = parse_ready(&line) {
                    return Ok(urls);
                }
            }
            Some(_) => {}
            None => bail!("the local AWS was not ready within {} seconds", LOCAL_AWS_WITHIN.as_secs()),
        }
    }
}

/// The functions with their environment on this machine.
pub fn functions(workspace: &Workspace, plan: &Plan, aws: &str) -> Result<Vec<Function>> {
    let template = Template::load(workspace.template())?;
    let mut settings = settings(&plan.stack);
    let storage = template.storage(&settings)?;
    let bucket = storage.buckets.iter().find(|bucket| bucket.logical_id == "MediaBucket");
    let bucket = bucket.context("template.yaml has no bucket `MediaBucket`")?;
    settings.overrides = environment::overrides(plan, &format!("{aws}/{}", bucket.name));
    let functions = template.resolve(&settings)?.functions;
    ensure!(!functions.is_empty(), "template.yaml has no functions");
    Ok(functions)
}

/// Shows and keeps the functions' lines.
fn output(logs: LogView, kept: FunctionLogs) -> Output {
    Arc::new(move || {
        let (mut show, kept) = (logs.lines_of_functions(), kept.clone());
        Box::new(move |line| {
            show(line);
            kept.take(line);
        })
    })
}

/// The programs of all functions.
pub fn function_names(workspace: &Workspace) -> Result<Vec<String>> {
    let functions = Template::load(workspace.template())?.resolve(&offline_settings())?.functions;
    Ok(functions.into_iter().map(|function| function.binary).collect())
}

fn wait_for_functions(supervisor: &mut Supervisor, server: SocketAddr, functions: &[Function]) -> Result<()> {
    let deadline = Instant::now() + FUNCTIONS_WITHIN;
    let mut missing = Vec::new();
    for function in functions.iter().filter(|function| !function.routes.is_empty()) {
        probe::begin(server, function, deadline, supervisor.sender());
        missing.push(function.binary.clone());
    }
    while !missing.is_empty() {
        match supervisor.next(Some(deadline))? {
            Some(Event::Answer(name, Ok(()))) => missing.retain(|other| *other != name),
            Some(Event::Answer(name, Err(reason))) => {
                bail!("the function `{name}` does not answer: {reason}; its output is above")
            }
            Some(_) => {}
            None => bail!(
                "these functions did not answer within {} seconds: {}; their output is above",
                FUNCTIONS_WITHIN.as_secs(),
                missing.join(", ")
            ),
        }
    }
    Ok(())
}

fn parse_ready(line: &str) -> Option<(String, String)> {
    #[derive(Deserialize)]
    struct Ready {
        ready: bool,
        dynamodb: String,
        aws: String,
    }
    let ready: Ready = serde_json::from_str(line).ok()?;
    ready.ready.then_some((ready.dynamodb, ready.aws))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ready_line_is_taken() {
        let line = r#"{"ready":true,"dynamodb":"http://127.0.0.1:1","aws":"http://127.0.0.1:2"}"#;
        assert_eq!(parse_ready(line), Some(("http://127.0.0.1:1".to_owned(), "http://127.0.0.1:2".to_owned())));
        assert_eq!(parse_ready(r#"{"level":"INFO"}"#), None);
        assert_eq!(parse_ready("ready"), None);
    }
}
