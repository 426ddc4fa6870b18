//! The functions' processes: some of each, each with one request at a time, as Lambda has environments.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use aviary_template::Function;
use serde_json::Value;

use crate::{
    bench::{
        process::{Cost, equip, parse_cost},
        usage,
    },
    console,
    process::{Lines, PartPlan, Supervisor},
    runtime_api::{InvokeEndpoint, RuntimeApi},
    workspace::Workspace,
};

const ANSWER_WITHIN: Duration = Duration::from_secs(60);
const LOG_WITHIN: Duration = Duration::from_secs(5);

/// Where processes are started, and how.
pub(super) struct Ground<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) supervisor: &'a mut Supervisor,
    pub(super) functions: Vec<Function>,
    /// The SDK's variables for the local AWS.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) release: bool,
}

/// A process, its Runtime API, and the costs that it logs.
struct Environment {
    pid: u32,
    api: Arc<RuntimeApi>,
    costs: Receiver<Cost>,
}

/// The environments of one function that have no request.
#[derive(Default)]
struct Pool {
    free: Mutex<Vec<Environment>>,
    returned: Condvar,
}

/// All processes.
#[derive(Default)]
pub(super) struct Environments {
    pools: BTreeMap<String, Pool>,
    /// The processes of functions that streams and schedules call.
    derived: Vec<(String, u32)>,
}

/// A request's answer, and what it cost.
pub(super) struct Sent {
    pub(super) status: u64,
    pub(super) body: Value,
    /// From the wish to send it, with the wait for a free environment.
    pub(super) took: Duration,
    pub(super) cpu: Duration,
    pub(super) cost: Cost,
    /// The seconds of `Retry-After`.
    pub(super) retry_after: Option<u64>,
}

impl Environments {
    /// Starts `count` processes of each function with routes that `serving` names, and one of each that has none, which
    /// `invoke` is told about.
    pub(super) fn start(ground: &mut Ground<'_>, serving: &[&str], count: u8, invoke: &InvokeEndpoint) -> Result<Self> {
        let mut all = Self::default();
        for name in serving {
            let pool = Pool::default();
            for _ in 0..count {
                lock(&pool.free).push(Environment::start(ground, name)?);
            }
            all.pools.insert((*name).to_owned(), pool);
        }
        let derived = ground.functions.iter().filter(|function| function.routes.is_empty());
        let derived: Vec<String> = derived.map(|function| function.binary.clone()).collect();
        for name in derived {
            let environment = Environment::start(ground, &name)?;
            invoke.register(&name, Arc::clone(&environment.api));
            all.derived.push((name, environment.pid));
        }
        Ok(all)
    }

    /// Sends a request to a free environment of the function, and waits for one.
    pub(super) fn send(&self, function: &str, event: &Value) -> Result<Sent> {
        let began = Instant::now();
        let pool = self.pools.get(function).with_context(|| format!("{function} is not started"))?;
        let event = event.to_string().into_bytes();
        let environment = {
            let mut free = lock(&pool.free);
            loop {
                match free.pop() {
                    Some(environment) => break environment,
                    None => free = pool.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
                }
            }
        };
        let sent = environment.send(event, began);
        lock(&pool.free).push(environment);
        pool.returned.notify_one();
        sent.with_context(|| function.to_owned())
    }

    /// The CPU time of the functions without routes so far.
    pub(super) fn derived_cpu(&self) -> Result<Vec<(String, Duration)>> {
        self.derived.iter().map(|(name, pid)| Ok((name.clone(), usage::cpu(*pid)?))).collect()
    }
}

impl Environment {
    fn start(ground: &mut Ground<'_>, name: &str) -> Result<Self> {
        let function = ground.functions.iter().find(|function| function.binary == name);
        let function = function.with_context(|| format!("template.yaml has no function `{name}`"))?;
        let api = Arc::new(RuntimeApi::start().context("cannot listen on a free port")?);
        let mut command = ground.workspace.command(ground.workspace.binary(name, ground.release));
        equip(&mut command, function, &ground.settings, &api);
        let (sender, costs) = channel();
        let out: Lines = Box::new(move |line| {
            if let Some(cost) = parse_cost(line) {
                let _ = sender.send(cost);
            } else if line.contains("\"ERROR\"") {
                console::warn(line);
            }
        });
        let part = PartPlan { name, grace: Duration::from_millis(500), out, err: Box::new(console::warn) };
        Ok(Self { pid: ground.supervisor.start(part, &mut command)?, api, costs })
    }

    /// While it has this request it has no other, so its CPU time is the request's.
    fn send(&self, event: Vec<u8>, began: Instant) -> Result<Sent> {
        let before = usage::cpu(self.pid)?;
        let answer = self.api.invoke(event, ANSWER_WITHIN)?;
        let took = began.elapsed();
        let cpu = usage::cpu(self.pid)?.saturating_sub(before);
        let cost = self.costs.recv_timeout(LOG_WITHIN).context("a request left no line in the log")?;
        ensure!(!answer.failed, "the function failed: {}", String::from_utf8_lossy(&answer.body));
        let answer: Value = serde_json::from_slice(&answer.body).context("the answer is not JSON")?;
        let Some(status) = answer.get("statusCode").and_then(Value::as_u64) else { bail!("no status in {answer}") };
        let text = answer.get("body").and_then(Value::as_str).unwrap_or_default();
        let after = answer.pointer("/headers/retry-after").and_then(Value::as_str);
        Ok(Sent {
            status,
            body: serde_json::from_str(text).unwrap_or_default(),
            took,
            cpu,
            cost,
            retry_after: after.and_then(|after| after.parse().ok()),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked leaves the list in a valid state.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
