//! `cargo xtask run --aws-only`: the command that it prints serves the functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    thread,
    time::{Duration, Instant},
};

use xtask::{
    cli::{DelayArgs, PasswordPolicy},
    local::Plan,
    logs::LogView,
    ports,
    process::{PartPlan, Supervisor},
    run,
    tools::cargo_lambda,
    workspace::Workspace,
};

/// cargo checks the whole workspace before it starts a function, while other tests run.
const PATIENCE: Duration = Duration::from_secs(180);

fn plan(folder: &std::path::Path) -> Plan {
    Plan {
        stack: "aviary-aws-only".to_owned(),
        data: folder.join("data"),
        files: folder.to_owned(),
        api_port: ports::free_port().unwrap(),
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

/// Waits until the path is answered with 200. Before that the server may not listen yet, and a function that has just
/// started may be too slow for its own check.
fn wait_for_200(supervisor: &mut Supervisor, url: &str) {
    let give_up_at = Instant::now() + PATIENCE;
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
    loop {
        supervisor.check().unwrap();
        let answer = agent.get(url).call().map(|answer| answer.status().as_u16());
        match answer {
            Ok(200) => return,
            answer => assert!(Instant::now() < give_up_at, "{url}: {answer:?}"),
        }
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_printed_command_serves_functions_of_several_groups() {
    let workspace = Workspace::locate().unwrap();
    // A folder whose name needs quotes. It is removed after the supervisor has stopped what uses it.
    let folder = tempfile::Builder::new().prefix("aviary aws-only").tempdir().unwrap();
    let mut supervisor = Supervisor::new().unwrap();
    let cargo_lambda = cargo_lambda::ensure(&workspace, &mut supervisor).unwrap();
    // `cargo xtask test` has built the functions, and other tests start them while this one runs.
    if std::env::var_os("AVIARY_TEST_URL").is_none() {
        run::build(&workspace, &mut supervisor, false).unwrap();
    }
    let plan = plan(folder.path());
    let logs = LogView::default();
    let text = run::start_aws_only(&workspace, &mut supervisor, &cargo_lambda, &plan, &logs).unwrap();

    let line = text.lines().find(|line| line.contains(" lambda watch ")).expect("a command to paste");
    let mut shell = workspace.command("sh");
    shell.args(["-c", line]);
    let part = PartPlan { name: line, grace: Duration::from_secs(1), out: logs.lines(), err: logs.lines() };
    supervisor.start(part, &mut shell).unwrap();
    // The second reads the table `social` in its role.
    for path in ["/status/", "/api/tweets/tags/birds/"] {
        wait_for_200(&mut supervisor, &format!("http://127.0.0.1:{}{path}", plan.api_port));
    }
    logs.stopping();
    supervisor.stop().unwrap();
}
