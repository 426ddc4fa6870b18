//! `cargo xtask test`: formatting, lints, all tests, and the deployment on request.

mod deployment;
mod expansion;
mod full;
mod runner;
mod secrets;
mod seen;
mod tally;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use aviary_template::Template;

use crate::{
    cli::{DelayArgs, PasswordPolicy, TestArgs},
    console, local,
    logs::LogView,
    ports,
    process::Supervisor,
    run,
    tools::{cargo_lambda, dynamodb_local},
    workspace::Workspace,
};

use runner::{Ignored, Outcome, Runner};
use secrets::Evidence;

const STACK: &str = "aviary-test";
/// How many times their time-outs functions may take. A test of a time-out has a front of its own.
const PATIENCE: u32 = 6;

/// Runs all checks. The error says in one sentence which one failed.
pub fn test(workspace: &Workspace, supervisor: &mut Supervisor, args: &TestArgs) -> Result<()> {
    let started = Instant::now();
    let outcome = if args.dynamodb_local {
        store_tests(workspace, supervisor, args)?
    } else {
        check_sources(workspace, supervisor)?;
        let ignored = if args.full { full::prepare(workspace, supervisor)? } else { Ignored::Skip };
        if args.full && !args.deploy {
            full::check_files(workspace, supervisor)?;
        }
        let outcome = all_tests(workspace, supervisor, args, &ignored)?;
        if args.deploy {
            let tools = deployment::check_templates(workspace, supervisor)?;
            deployment::check_builds(workspace, supervisor, &tools)?;
        }
        outcome
    };
    let what = if args.dynamodb_local {
        "The store's tests against DynamoDB Local are green"
    } else if args.deploy {
        "Formatting, lints, tests and the deployment are green"
    } else if args.full {
        "Formatting, lints, all tests and the templates are green"
    } else {
        "Formatting, lints and tests are green"
    };
    console::say(&format!("\n{}\n{what}: {}, in {}.", outcome.closing_line, outcome.tally, spoken(started.elapsed())));
    Ok(())
}

fn check_sources(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    console::step("Formatting");
    component(workspace, "fmt", "rustfmt")?;
    let mut fmt = workspace.cargo();
    fmt.args(["fmt", "--all", "--check"]);
    ensure!(supervisor.run(&mut fmt)?.success(), "the formatting differs; `cargo fmt --all` corrects it");

    console::step("Lints");
    component(workspace, "clippy", "clippy")?;
    let mut clippy = workspace.cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    ensure!(supervisor.run(&mut clippy)?.success(), "clippy has found something; its output is above");
    Ok(())
}

fn component(workspace: &Workspace, subcommand: &str, component: &str) -> Result<()> {
    let output = workspace.cargo().args([subcommand, "--version"]).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "cargo {subcommand} is missing; `rustup component add {component}` installs it");
    Ok(())
}

fn all_tests(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    args: &TestArgs,
    ignored: &Ignored,
) -> Result<Outcome> {
    // A test of `cargo xtask run --aws-only` needs it.
    cargo_lambda::ensure(workspace, supervisor)?;
    run::build(workspace, supervisor, false)?;
    let runner = Runner::find();
    console::step("Building the tests");
    runner.build(workspace, supervisor)?;

    console::step("Starting the local AWS and the functions for the tests");
    let folder = tempfile::Builder::new().prefix("aviary-test").tempdir().context("cannot make a temporary folder")?;
    let plan = plan(folder.path(), args.delays)?;
    let evidence = Evidence::below(folder.path());
    let logs = LogView::recording(&evidence.output)?;
    let local::Running { addresses, front } = local::start(workspace, supervisor, &plan, PATIENCE, &logs)?;
    console::step(&format!("Tests, with {}", runner.name()));
    let seen = folder.path().join("seen.txt");
    let (seen_path, secrets) = (seen.to_string_lossy(), evidence.secrets.to_string_lossy());
    let output = evidence.output.to_string_lossy();
    let environment = [
        ("AVIARY_TEST_SEEN", &*seen_path),
        ("AVIARY_TEST_SECRETS", &*secrets),
        ("AVIARY_TEST_OUTPUT", &*output),
        ("AVIARY_TEST_URL", addresses.api.as_str()),
        ("AVIARY_TEST_AWS_URL", addresses.aws.as_str()),
        ("AVIARY_TEST_DYNAMODB_URL", addresses.dynamodb.as_str()),
        ("AVIARY_TEST_STACK", STACK),
    ];
    let outcome = runner.run(workspace, supervisor, &environment, (&args.runner_args, ignored));
    logs.stopping();
    let logged = audit_group(workspace).and_then(|group| evidence.add_log_group(&addresses.aws, &group));
    drop(front);
    supervisor.stop()?;
    console::step("Secrets in logs");
    let searched = logged.and_then(|()| evidence.search());
    let outcome = outcome?;
    searched?;
    if args.runner_args.is_empty() {
        seen::report(workspace, &seen)?;
    }
    Ok(outcome)
}

/// The log group of the audit trail, which functions write to by calls of their own.
fn audit_group(workspace: &Workspace) -> Result<String> {
    let storage = Template::load(workspace.template())?.storage(&local::settings(STACK))?;
    let group = storage.log_groups.into_iter().find(|group| group.logical_id == "AuditLogGroup");
    Ok(group.context("template.yaml has no log group `AuditLogGroup`")?.name)
}

fn plan(folder: &Path, delays: DelayArgs) -> Result<local::Plan> {
    Ok(local::Plan {
        stack: STACK.to_owned(),
        data: folder.join("data"),
        files: folder.to_owned(),
        api_port: ports::free_port()?,
        dynamodb_port: 0,
        aws_port: 0,
        release: false,
        reload: false,
        tls: None,
        password_policy: PasswordPolicy::Documented,
        confirm_address: false,
        delays,
    })
}

fn store_tests(workspace: &Workspace, supervisor: &mut Supervisor, args: &TestArgs) -> Result<Outcome> {
    let runner = Runner::find();
    let server = dynamodb_local::ensure(workspace, supervisor)?;
    console::step("Building the tests");
    runner.build(workspace, supervisor)?;
    console::step("Starting DynamoDB Local");
    let url = server.start(supervisor, ports::free_port()?)?;
    console::step(&format!("The store's tests, with {}", runner.name()));
    let environment = [("AVIARY_TEST_DYNAMODB_URL", url.as_str()), ("AVIARY_TEST_STACK", STACK)];
    let outcome = runner.run_package(workspace, supervisor, &environment, "aviary-store", &args.runner_args);
    supervisor.stop()?;
    outcome
}

fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken_in_minutes_and_seconds() {
        assert_eq!(spoken(Duration::from_millis(59_900)), "59 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 5 s");
    }
}
