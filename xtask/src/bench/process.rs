//! A function's process under measurement, and the costs in its log.

use std::{
    collections::BTreeMap,
    fs,
    process::Command,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use aviary_template::{Function, local_access_key};
use serde_json::Value;

use super::{context::Context, operation::Operation};
use crate::{
    console,
    local::forget_foreign_settings,
    process::{Lines, PartPlan},
    runtime_api::{Answer, RuntimeApi},
};

/// Long, because valgrind makes a function some fifty times slower.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// Limits that no measurement reaches.
const LIMITS: &str = "signup_address=1000000/60,refresh_family=1000000/60,writes_account=1000000/60,\
    spread_account=1000000/60,other_writes_account=1000000/60,profile_changes_account=1000000/60,\
    sessions_account=1000000/60,search_address=1000000/60,upload_bytes_account=100000000000/60,\
    uploads_account=1000000/60,read_units_address=100000000/60";
const LOG_WITHIN: Duration = Duration::from_secs(5);

/// What a request cost in DynamoDB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) round_trips: u64,
    pub(crate) calls: u64,
    pub(crate) rcu: f64,
    pub(crate) wcu: f64,
}

/// A function's process with its Runtime API.
#[derive(Debug)]
pub(super) struct FunctionProcess {
    pid: u32,
    started_at: Instant,
    api: RuntimeApi,
    costs: Receiver<Cost>,
}

impl FunctionProcess {
    /// Starts the release build of a function as Lambda would.
    pub(super) fn start(context: &mut Context<'_>, name: &str) -> Result<Self> {
        let program = context.workspace.command(context.workspace.binary(name, true));
        Self::start_as(context, name, program, Duration::from_millis(500))
    }

    /// Starts a function by this command, which may put another program around it. `grace` is what it needs to end.
    pub(super) fn start_as(
        context: &mut Context<'_>,
        name: &str,
        mut command: Command,
        grace: Duration,
    ) -> Result<Self> {
        let function = context.functions.iter().find(|function| function.binary == name);
        let function = function.with_context(|| format!("template.yaml has no function `{name}`"))?;
        let api = RuntimeApi::start().context("cannot listen on a free port")?;
        equip(&mut command, function, &context.settings, &api);
        let (sender, costs) = channel();
        let part = PartPlan { name, grace, out: reading(sender), err: complaining() };
        let started_at = Instant::now();
        let pid = context.supervisor.start(part, &mut command)?;
        Ok(Self { pid, started_at, api, costs })
    }

    /// The process id.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// The moment before the process was started.
    pub(super) fn started_at(&self) -> Instant {
        self.started_at
    }

    /// Runs an operation once. Another status than the expected one is an error.
    pub(super) fn invoke(&mut self, context: &mut Context<'_>, operation: &Operation, number: u32) -> Result<Answer> {
        self.invoke_within(context, operation, number, ANSWER_WITHIN)
    }

    /// As [`FunctionProcess::invoke`], for an operation that takes longer than a request may.
    pub(super) fn invoke_within(
        &mut self,
        context: &mut Context<'_>,
        operation: &Operation,
        number: u32,
        within: Duration,
    ) -> Result<Answer> {
        context.supervisor.check()?;
        let answer = self.api.invoke((operation.event)(number), within).context(operation.name)?;
        let status = status_of(&answer);
        let or_none = |status: Option<u64>| status.map_or_else(|| "without a status".to_owned(), |s| s.to_string());
        ensure!(
            !answer.failed && status == operation.status,
            "{} was answered {} in place of {}: {}",
            operation.name,
            or_none(status),
            or_none(operation.status),
            String::from_utf8_lossy(&answer.body).chars().take(500).collect::<String>()
        );
        Ok(answer)
    }

    /// Drops the log lines of requests that are not measured.
    pub(super) fn forget_costs(&self, requests: u32) -> Result<()> {
        (0..requests).try_for_each(|_| self.next_cost().map(drop))
    }

    /// Cost of the last `requests`: the greatest round trips and calls, the mean capacity. `None` for no request.
    pub(super) fn costs(&self, requests: u32) -> Result<Option<Cost>> {
        if requests == 0 {
            return Ok(None);
        }
        let mut total = Cost::default();
        for _ in 0..requests {
            let cost = self.next_cost()?;
            total.round_trips = total.round_trips.max(cost.round_trips);
            total.calls = total.calls.max(cost.calls);
            total.rcu += cost.rcu;
            total.wcu += cost.wcu;
        }
        let requests = f64::from(requests);
        Ok(Some(Cost { rcu: total.rcu / requests, wcu: total.wcu / requests, ..total }))
    }

    /// Takes its Runtime API away, at which the process ends by itself. A signal would end valgrind before it has
    /// written its file, where a second thread runs.
    pub(super) fn end(self, context: &mut Context<'_>, within: Duration) -> Result<()> {
        let (pid, started) = (self.pid, Instant::now());
        drop(self.api);
        while fs::exists(format!("/proc/{pid}"))? && started.elapsed() < within {
            thread::sleep(Duration::from_millis(50));
        }
        context.supervisor.stop_part(pid)
    }

    /// Ends the process.
    pub(super) fn stop(self, context: &mut Context<'_>) -> Result<()> {
        context.supervisor.stop_part(self.pid)
    }

    fn next_cost(&self) -> Result<Cost> {
        self.costs.recv_timeout(LOG_WITHIN).context("a request left no log line with dynamodb.round_trips")
    }
}

/// Gives a function's process its settings, those of the local AWS, its role, and its Runtime API. All requests come
/// from one address, faster than people send them, so no limit bounds them.
pub(crate) fn equip(command: &mut Command, function: &Function, settings: &BTreeMap<String, String>, api: &RuntimeApi) {
    forget_foreign_settings(command);
    api.equip(command, &function.binary, function.memory_mb);
    command
        .envs(&function.environment)
        .envs(settings)
        .env("AWS_ACCESS_KEY_ID", local_access_key(&function.binary))
        .env("AVIARY_RAW_PATH", "decoded")
        .env("AVIARY_PUBLIC_URL", "")
        .env("AVIARY_LIMITS", LIMITS);
}

/// The HTTP status in a function's answer.
fn status_of(answer: &Answer) -> Option<u64> {
    serde_json::from_slice::<Value>(&answer.body).ok()?.get("statusCode")?.as_u64()
}

fn reading(sender: Sender<Cost>) -> Lines {
    Box::new(move |line| {
        if let Some(cost) = parse_cost(line) {
            let _ = sender.send(cost);
        }
    })
}

fn complaining() -> Lines {
    Box::new(console::warn)
}

/// The cost in a request's line of the log; `None` for other lines.
pub(crate) fn parse_cost(line: &str) -> Option<Cost> {
    let record: Value = serde_json::from_str(line).ok()?;
    Some(Cost {
        round_trips: record.get("dynamodb.round_trips")?.as_u64()?,
        calls: record.get("dynamodb.calls")?.as_u64()?,
        rcu: record.get("dynamodb.rcu")?.as_f64()?,
        wcu: record.get("dynamodb.wcu")?.as_f64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_requests_log_line_has_a_cost() {
        let line = r#"{"message":"request","dynamodb.round_trips":2,"dynamodb.calls":3,"dynamodb.rcu":1.5,"dynamodb.wcu":0.0}"#;
        assert_eq!(parse_cost(line), Some(Cost { round_trips: 2, calls: 3, rcu: 1.5, wcu: 0.0 }));
        assert_eq!(parse_cost(r#"{"message":"started"}"#), None);
        assert_eq!(parse_cost("plain"), None);
    }
}
