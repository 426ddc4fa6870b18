//! `cargo xtask faults`: every route under faults of the calls that it makes. The walk is an end-to-end test; only the
//! tests are linked with every function's table of routes.

use anyhow::{Result, ensure};

use crate::{cli::FaultsArgs, console, local, process::Supervisor, run, workspace::Workspace};

/// The test, which `cargo xtask test --full` runs for three minutes.
const WALK: &str = "resilience::every_route::a_request_under_faults_is_answered_and_has_its_effect_once";

/// Minutes of a sample.
const SAMPLE_MINUTES: f64 = 10.0;

/// Builds the functions, and lets the test walk. It starts a local AWS and the functions itself.
pub fn faults(workspace: &Workspace, supervisor: &mut Supervisor, args: &FaultsArgs) -> Result<()> {
    run::build(workspace, supervisor, false)?;
    if args.release {
        run::build(workspace, supervisor, true)?;
    }
    console::step("Walking the routes");
    let mut command = local::isolated(workspace.cargo());
    command.args([
        "test",
        "--workspace",
        "--test",
        "api",
        "--quiet",
        "--",
        WALK,
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    command.env("FAULTS_SEED", args.seed.to_string()).env("FAULTS_WORLDS", args.worlds.to_string());
    let minutes = args.minutes.or_else(|| (!args.all).then_some(SAMPLE_MINUTES));
    if let Some(minutes) = minutes {
        command.env("FAULTS_MINUTES", minutes.to_string());
    }
    if args.release {
        command.env("AVIARY_TEST_RELEASE", "1");
    }
    if args.all {
        command.env("FAULTS_ALL", "1");
    }
    if let Some(route) = &args.route {
        command.env("FAULTS_ROUTE", route);
    }
    ensure!(
        supervisor.run(&mut command)?.success(),
        "faults had effects that clients notice, or none was tried; it is said above"
    );
    Ok(())
}
