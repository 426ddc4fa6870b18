//! `cargo xtask run`.

mod lock;
mod welcome;

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::{
    cli::RunArgs,
    console, local,
    logs::LogView,
    ports,
    process::{Event, Supervisor},
    routes, tls,
    tools::cargo_lambda,
    workspace::Workspace,
};

use lock::RunLock;

/// Port of the local DynamoDB.
pub const DYNAMODB_PORT: u16 = 4600;
/// Port of everything else that the local AWS plays.
pub const AWS_PORT: u16 = 4601;

/// Runs the service until a signal comes; the error then is [`crate::process::Interrupted`].
pub fn run(workspace: &Workspace, supervisor: &mut Supervisor, args: &RunArgs) -> Result<()> {
    let _lock = RunLock::take(workspace)?;
    check_ports(args)?;
    if !routes::are_current(workspace)? {
        console::warn("Note: the routes in Cargo.toml differ from template.yaml; `cargo xtask routes` writes them.");
    }
    let cargo_lambda = cargo_lambda::ensure(workspace, supervisor)?;
    build(workspace, supervisor, args.release)?;
    if args.fresh {
        delete_data(workspace)?;
    }
    let tls = args.https.then(|| tls::ensure(&workspace.state().join("tls"))).transpose()?;
    let plan = local::Plan {
        stack: local::STACK.to_owned(),
        data: workspace.data(),
        api_port: args.api_port(),
        dynamodb_port: DYNAMODB_PORT,
        aws_port: AWS_PORT,
        release: args.release,
        reload: !args.no_watch,
        tls,
        password_policy: args.password_policy,
        delays: args.delays,
    };
    console::step("Starting the local AWS and the functions");
    let logs = LogView::default();
    let result = serve(workspace, supervisor, &cargo_lambda, &plan, &logs);
    logs.stopping();
    let stopped = supervisor.stop();
    result.and(stopped)
}

fn serve(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    cargo_lambda: &std::path::Path,
    plan: &local::Plan,
    logs: &LogView,
) -> Result<()> {
    let addresses = local::start(workspace, supervisor, cargo_lambda, plan, logs)?;
    logs.ready();
    console::say(&welcome::text(&addresses, plan, cargo_lambda));
    let never = supervisor.wait_forever(|event| {
        if let Event::FunctionEnded = event {
            console::warn(
                "A function has stopped by itself, and requests to it wait until a source file changes: stop this with Ctrl-C and start it again.",
            );
        }
    })?;
    match never {}
}

/// Builds everything that runs; cargo shows its own progress.
pub fn build(workspace: &Workspace, supervisor: &mut Supervisor, release: bool) -> Result<()> {
    console::step("Building");
    let mut command = workspace.cargo();
    command.args(["build", "--workspace", "--bins"]);
    if release {
        command.arg("--release");
    }
    ensure!(supervisor.run(&mut command)?.success(), "the build failed; cargo says why above");
    Ok(())
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
