//! `cargo xtask run`: the whole service on this machine, or the local AWS alone.

mod lock;
mod sources;
mod welcome;

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    cli::RunArgs,
    console,
    local::{self, Plan},
    logs::LogView,
    ports,
    process::{Event, Supervisor},
    tls,
    tools::cargo_lambda,
    workspace::Workspace,
};

use lock::RunLock;
use sources::Sources;

/// Port of the local DynamoDB.
pub const DYNAMODB_PORT: u16 = 4600;
/// Port of the local AWS's other services.
pub const AWS_PORT: u16 = 4601;

/// Runs the service until a signal arrives, which gives the error [`crate::process::Interrupted`].
pub fn run(workspace: &Workspace, supervisor: &mut Supervisor, args: &RunArgs) -> Result<()> {
    let _lock = RunLock::take(workspace)?;
    check_ports(args)?;
    let cargo_lambda = cargo_lambda::ensure(workspace, supervisor)?;
    build(workspace, supervisor, args.release)?;
    if args.fresh {
        delete_data(workspace)?;
    }
    let tls = args.https.then(|| tls::ensure(&workspace.state().join("tls"))).transpose()?;
    let plan = Plan {
        stack: local::STACK.to_owned(),
        data: workspace.data(),
        files: workspace.state(),
        api_port: args.api_port(),
        dynamodb_port: DYNAMODB_PORT,
        aws_port: AWS_PORT,
        release: args.release,
        reload: !args.no_watch,
        tls,
        password_policy: args.password_policy,
        confirm_address: args.confirm_address,
        delays: args.delays,
    };
    let logs = LogView::default();
    let result = if args.aws_only {
        console::step("Starting the local AWS");
        start_aws_only(workspace, supervisor, &cargo_lambda, &plan, &logs)
            .and_then(|welcome| wait(supervisor, &logs, &welcome, |_| Ok(())))
    } else {
        console::step("Starting the local AWS and the functions");
        serve(workspace, supervisor, &cargo_lambda, &plan, &logs)
    };
    logs.stopping();
    let stopped = supervisor.stop();
    result.and(stopped)
}

/// Starts everything and waits. When it returns, the functions have ended.
fn serve(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    cargo_lambda: &Path,
    plan: &Plan,
    logs: &LogView,
) -> Result<()> {
    let running = local::start(workspace, supervisor, plan, 1, logs)?;
    // Read now, because template.yaml may be half written when a source changes.
    let functions = local::function_names(workspace)?;
    let sources = plan.reload.then(|| Sources::watch(workspace, supervisor.sender()));
    let welcome = welcome::text(&running.addresses, plan, cargo_lambda);
    let result = wait(supervisor, logs, &welcome, |supervisor| {
        while sources.as_ref().is_some_and(Sources::take_change) {
            rebuild(workspace, supervisor, plan.release, &functions)?;
        }
        Ok(())
    });
    logs.stopping();
    drop(running);
    result
}

/// Starts the local AWS without the functions, and returns a text that says how they are started.
pub fn start_aws_only(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    cargo_lambda: &Path,
    plan: &Plan,
    logs: &LogView,
) -> Result<String> {
    let prepared = local::prepare(workspace, supervisor, cargo_lambda, plan, logs)?;
    Ok(welcome::aws_only(&prepared.addresses, plan, &prepared.watch))
}

/// Waits for the end, and calls `on_change` when sources have changed.
fn wait(
    supervisor: &mut Supervisor,
    logs: &LogView,
    welcome: &str,
    on_change: impl Fn(&mut Supervisor) -> Result<()>,
) -> Result<()> {
    logs.ready();
    console::say(welcome);
    let never = supervisor.wait_forever(|supervisor, event| match event {
        Event::SourcesChanged => on_change(supervisor),
        _ => Ok(()),
    })?;
    match never {}
}

/// Builds the functions again. The front ends processes of programs that have changed. An error is the end of the task.
fn rebuild(workspace: &Workspace, supervisor: &mut Supervisor, release: bool, functions: &[String]) -> Result<()> {
    console::step("A source file has changed; building");
    let names: Vec<&str> = functions.iter().map(String::as_str).collect();
    if supervisor.run(&mut build_command(workspace, release, &names))?.success() {
        console::step("Built; changed functions are used from the next request on");
    } else {
        console::warn("The build failed; the functions go on as they were.");
    }
    Ok(())
}

/// Builds all programs. cargo shows its own progress.
pub fn build(workspace: &Workspace, supervisor: &mut Supervisor, release: bool) -> Result<()> {
    build_some(workspace, supervisor, release, &[])
}

/// Builds these programs; all if none is named.
pub fn build_some(workspace: &Workspace, supervisor: &mut Supervisor, release: bool, programs: &[&str]) -> Result<()> {
    console::step("Building");
    let mut command = build_command(workspace, release, programs);
    ensure!(supervisor.run(&mut command)?.success(), "the build failed; cargo says why above");
    Ok(())
}

fn build_command(workspace: &Workspace, release: bool, programs: &[&str]) -> Command {
    let mut command = workspace.cargo();
    command.arg("build");
    if programs.is_empty() {
        command.args(["--workspace", "--bins"]);
    }
    for name in programs {
        command.args(["--bin", name]);
    }
    if release {
        command.arg("--release");
    }
    command
}

fn check_ports(args: &RunArgs) -> Result<()> {
    let port = args.api_port();
    let mut wanted = vec![(port, "the API", "choose another with --port")];
    if args.https {
        let plain = port.checked_add(1).context("--https needs the port after --port too, and there is none")?;
        wanted.push((plain, "the API without TLS", "choose another pair with --port"));
    }
    for (port, _, _) in &wanted {
        ensure!(
            ![DYNAMODB_PORT, AWS_PORT].contains(port),
            "ports {DYNAMODB_PORT} and {AWS_PORT} are the local AWS's; choose another with --port"
        );
    }
    wanted.extend([DYNAMODB_PORT, AWS_PORT].map(|port| (port, "the local AWS", "stop that program")));
    wanted.into_iter().try_for_each(|(port, purpose, advice)| ports::ensure_free(port, purpose, advice))
}

fn delete_data(workspace: &Workspace) -> Result<()> {
    let data = workspace.data();
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("cannot delete {}", data.display()))?;
        console::say("The data of earlier runs is deleted.");
    }
    Ok(())
}
