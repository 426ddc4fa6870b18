//! `cargo xtask bench`: the functions' release builds against their budgets.
//!
//! Each function gets one request at a time through the Lambda Runtime API, as on AWS, and uses a local AWS.

mod context;
mod django;
mod events;
mod instructions;
mod media;
mod operation;
mod operations;
mod photo;
pub(crate) mod process;
mod report;
mod revision;
mod session;
pub(crate) mod usage;

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::{
    cli::{BenchArgs, DelayArgs, PasswordPolicy},
    console,
    local::{self, Plan},
    logs::LogView,
    process::Supervisor,
    run, tools,
    workspace::Workspace,
};

use context::Context;
use operation::Operation;
use process::FunctionProcess;
use report::{FunctionFigures, OperationFigures};
use session::Session;

const STACK: &str = "aviary-bench";

/// Measures and prints. Figures that miss their budget are marked.
pub fn bench(workspace: &Workspace, supervisor: &mut Supervisor, args: &BenchArgs) -> Result<()> {
    ensure!(fs::exists("/proc/self/schedstat")?, "bench reads Linux's /proc, which is not there");
    let before = match &args.compare {
        Some(commit) => Some(revision::build(workspace, supervisor, commit, &args.functions)?),
        None => None,
    };
    let peer = args.django.then(|| tools::django::ensure(workspace, supervisor)).transpose()?;
    build(workspace, supervisor, args)?;
    let folder = tempfile::Builder::new().prefix("aviary-bench").tempdir().context("cannot make a temporary folder")?;
    let plan = Plan {
        stack: STACK.to_owned(),
        data: folder.path().to_owned(),
        files: folder.path().to_owned(),
        api_port: 0,
        dynamodb_port: 0,
        aws_port: 0,
        release: true,
        reload: false,
        tls: None,
        password_policy: PasswordPolicy::Standard,
        confirm_address: false,
        delays: DelayArgs::default(),
    };
    let (dynamodb, aws) = local::start_local_aws(workspace, supervisor, &plan, &LogView::default(), None)?;
    let functions = local::functions(workspace, &plan, &aws)?;
    let mut context = Context { workspace, supervisor, functions, settings: local::local_aws(&dynamodb, &aws) };

    if let Some(programs) = peer {
        let text = django::compare(&mut context, &programs, folder.path(), args.requests);
        // Nobody may write to the folder while it is deleted.
        supervisor.stop()?;
        console::say(&text?);
        return Ok(());
    }
    console::step("Making an account and tweets to work on");
    let session = Session::prepare(&mut context)?;
    let names: Vec<String> = context.functions.iter().map(|function| function.binary.clone()).collect();
    let unknown = args.functions.iter().find(|name| !names.contains(name));
    ensure!(unknown.is_none(), "there is no function {}", unknown.map_or("", |name| name));
    let names = names.into_iter().filter(|name| args.functions.is_empty() || args.functions.contains(name));
    if args.instructions {
        let release = workspace.release_programs();
        let mut rows = Vec::new();
        for name in names {
            console::step(&format!("Counting the instructions of {name}"));
            rows.extend(instructions::count(&mut context, &session, &name, (&release, before.as_deref()))?);
        }
        supervisor.stop()?;
        console::say(&instructions::text(&rows));
        return instructions::judge(&rows);
    }
    let mut figures = Vec::new();
    for name in names {
        console::step(&format!("Measuring {name}"));
        figures.push(measure(&mut context, &session, &name, args)?);
    }
    let memory = if args.functions.is_empty() || args.functions.iter().any(|name| name == "media") {
        console::step("Measuring the memory that photos and videos take");
        media::measure(&mut context, &session)?
    } else {
        Vec::new()
    };
    console::step("Measuring arithmetic on integers, without requests");
    let mut arithmetic = workspace.cargo();
    arithmetic.args(["run", "--quiet", "--release", "--example", "arithmetic"]);
    ensure!(supervisor.run(&mut arithmetic)?.success(), "the arithmetic could not be measured; it says why above");
    supervisor.stop()?;
    console::say(&report::text(&figures, &memory));
    Ok(())
}

/// Builds the functions to measure, and what their measurement needs.
fn build(workspace: &Workspace, supervisor: &mut Supervisor, args: &BenchArgs) -> Result<()> {
    // A session is made with the first two; the third shows what the runtime itself holds of a request.
    let needed = ["auth", "tweets", "docs", "localaws"];
    let programs: Vec<&str> = match args.functions.as_slice() {
        _ if args.django => vec!["auth", "localaws"],
        [] => Vec::new(),
        functions => functions.iter().map(String::as_str).chain(needed).collect(),
    };
    run::build_some(workspace, supervisor, true, &programs)
}

fn measure(context: &mut Context<'_>, session: &Session, name: &str, args: &BenchArgs) -> Result<FunctionFigures> {
    let size =
        fs::metadata(context.workspace.binary(name, true)).with_context(|| format!("{name} is not built"))?.len();
    let operations = operations::of(name, context.workspace, session)?;
    let start = start_time(context, name, &operations, args.starts)?;

    let mut process = FunctionProcess::start(context, name)?;
    let mut rows = Vec::new();
    let (heavy, light): (Vec<_>, Vec<_>) = operations.into_iter().partition(|operation| operation.heavy.is_some());
    for operation in &light {
        rows.push(measure_operation(context, &mut process, operation, args.requests)?);
    }
    let resident = usage::memory(process.pid())?.resident;
    let what = heavy.first().and_then(|operation| operation.heavy);
    for operation in &heavy {
        rows.push(measure_operation(context, &mut process, operation, args.requests)?);
    }
    let peak = usage::memory(process.pid())?.peak;
    process.stop(context)?;
    Ok(FunctionFigures { name: name.to_owned(), size, start, resident, peak, peak_while: what, operations: rows })
}

/// The median time from the start of the process to the first answer.
fn start_time(
    context: &mut Context<'_>,
    name: &str,
    operations: &[Operation],
    starts: u32,
) -> Result<std::time::Duration> {
    let first = operations.iter().find(|operation| operation.is_first).context("no operation is the first")?;
    let mut times = Vec::new();
    for number in 0..starts {
        let mut process = FunctionProcess::start(context, name)?;
        let answer = process.invoke(context, first, number)?;
        times.push(answer.at.saturating_duration_since(process.started_at()));
        process.stop(context)?;
    }
    Ok(report::median(&mut times))
}

fn measure_operation(
    context: &mut Context<'_>,
    process: &mut FunctionProcess,
    operation: &Operation,
    requests: u32,
) -> Result<OperationFigures> {
    let (warm_up, requests) = operation.repeats(requests);
    for number in 0..warm_up {
        process.invoke(context, operation, number)?;
    }
    // Only requests log their cost.
    let counted = |requests| if operation.status.is_some() { requests } else { 0 };
    process.forget_costs(counted(warm_up))?;
    let before = usage::cpu(process.pid())?;
    let mut times = Vec::new();
    for number in warm_up..warm_up + requests {
        times.push(process.invoke(context, operation, number)?.took);
    }
    let cpu = usage::cpu(process.pid())?.saturating_sub(before) / requests;
    let cost = process.costs(counted(requests))?;
    Ok(OperationFigures {
        name: operation.name,
        requests,
        heavy: operation.heavy,
        round_trips_budget: operation.round_trips,
        median: report::median(&mut times),
        cpu,
        cost,
    })
}
