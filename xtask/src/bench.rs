//! `cargo xtask bench`: the functions' release builds against their budgets.
//!
//! Each is driven through the Lambda Runtime API, one request at a time as on AWS, against a local AWS of its own.

mod events;
mod operations;
mod photo;
mod process;
mod report;
mod session;
mod usage;

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::{
    cli::{BenchArgs, DelayArgs, PasswordPolicy},
    console,
    local::{self, Plan},
    logs::LogView,
    process::Supervisor,
    run,
    workspace::Workspace,
};

use operations::Operation;
use process::FunctionProcess;
use report::{FunctionFigures, OperationFigures};
use session::{Bench, Session};

const STACK: &str = "aviary-bench";

/// Measures and prints; what misses its budget is marked.
pub fn bench(workspace: &Workspace, supervisor: &mut Supervisor, args: &BenchArgs) -> Result<()> {
    ensure!(fs::exists("/proc/self/schedstat")?, "bench reads Linux's /proc, which is not there");
    run::build(workspace, supervisor, true)?;
    let folder = tempfile::Builder::new().prefix("aviary-bench").tempdir().context("cannot make a temporary folder")?;
    let plan = Plan {
        stack: STACK.to_owned(),
        data: folder.path().to_owned(),
        api_port: 0,
        dynamodb_port: 0,
        aws_port: 0,
        release: true,
        reload: false,
        tls: None,
        password_policy: PasswordPolicy::Standard,
        delays: DelayArgs::default(),
    };
    let (dynamodb, aws) = local::start_local_aws(workspace, supervisor, &plan, &LogView::default(), None)?;
    let functions = local::functions(workspace, &plan, &aws)?;
    let mut bench = Bench { workspace, supervisor, functions, settings: local::local_aws(&dynamodb, &aws) };

    console::step("Making an account and tweets to work on");
    let session = Session::prepare(&mut bench)?;
    let names: Vec<String> = bench.functions.iter().map(|function| function.binary.clone()).collect();
    let mut figures = Vec::new();
    for name in names {
        console::step(&format!("Measuring {name}"));
        figures.push(measure(&mut bench, &session, &name, args)?);
    }
    console::step("Measuring arithmetic on integers, without requests");
    let mut arithmetic = workspace.cargo();
    arithmetic.args(["run", "--quiet", "--release", "--example", "arithmetic"]);
    ensure!(supervisor.run(&mut arithmetic)?.success(), "the arithmetic could not be measured; it says why above");
    supervisor.stop()?;
    console::say(&report::text(&figures));
    Ok(())
}

fn measure(bench: &mut Bench<'_>, session: &Session, name: &str, args: &BenchArgs) -> Result<FunctionFigures> {
    let size = fs::metadata(bench.workspace.binary(name, true)).with_context(|| format!("{name} is not built"))?.len();
    let operations = operations::of(name, bench.workspace, session)?;
    let start = start_time(bench, name, &operations, args.starts)?;

    let mut process = FunctionProcess::start(bench, name)?;
    let mut rows = Vec::new();
    let (heavy, light): (Vec<_>, Vec<_>) = operations.into_iter().partition(|operation| operation.heavy.is_some());
    for operation in &light {
        rows.push(measure_operation(bench, &mut process, operation, args.requests)?);
    }
    let resident = usage::memory(process.pid())?.resident;
    let what = heavy.first().and_then(|operation| operation.heavy);
    for operation in &heavy {
        rows.push(measure_operation(bench, &mut process, operation, args.requests.div_ceil(50))?);
    }
    let peak = usage::memory(process.pid())?.peak;
    process.stop(bench)?;
    Ok(FunctionFigures { name: name.to_owned(), size, start, resident, peak, peak_while: what, operations: rows })
}

/// The median time from the start of the process to the first answer.
fn start_time(bench: &mut Bench<'_>, name: &str, operations: &[Operation], starts: u32) -> Result<std::time::Duration> {
    let first = operations.iter().find(|operation| operation.is_first).context("no operation is the first")?;
    let mut times = Vec::new();
    for number in 0..starts {
        let mut process = FunctionProcess::start(bench, name)?;
        let answer = process.invoke(bench, first, number)?;
        times.push(answer.at.saturating_duration_since(process.started_at()));
        process.stop(bench)?;
    }
    Ok(report::median(&mut times))
}

fn measure_operation(
    bench: &mut Bench<'_>,
    process: &mut FunctionProcess,
    operation: &Operation,
    requests: u32,
) -> Result<OperationFigures> {
    let requests = operation.at_most.map_or(requests, |most| most.min(requests)).max(1);
    let warm_up = if operation.at_most.is_some() || operation.heavy.is_some() { 0 } else { requests.div_ceil(20) };
    for number in 0..warm_up {
        process.invoke(bench, operation, number)?;
    }
    // Only a request says in the log what it cost.
    let counted = |requests| if operation.status.is_some() { requests } else { 0 };
    process.forget_costs(counted(warm_up))?;
    let before = usage::cpu(process.pid())?;
    let mut times = Vec::new();
    for number in warm_up..warm_up + requests {
        times.push(process.invoke(bench, operation, number)?.took);
    }
    let cpu = usage::cpu(process.pid())?.saturating_sub(before) / requests;
    let cost = process.costs(counted(requests))?;
    Ok(OperationFigures {
        name: operation.name,
        requests,
        heavy: operation.heavy,
        steps_budget: operation.steps,
        median: report::median(&mut times),
        cpu,
        cost,
    })
}
