//! Checks of the deployment: cfn-lint, sam, checkov and a build.

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use aviary_template::Template;

use crate::{
    console, local,
    process::Supervisor,
    tools::{cargo_lambda, deployment::DeploymentTools},
    workspace::Workspace,
};

/// Checks template.yaml with cfn-lint, sam and checkov, and builds the functions for this machine's architecture.
pub(super) fn check(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    let tools = DeploymentTools::ensure(workspace, supervisor)?;
    let cargo_lambda = cargo_lambda::ensure(workspace, supervisor)?;

    console::step("cfn-lint");
    let mut lint = command(workspace, &tools.cfn_lint());
    lint.arg("template.yaml");
    ensure!(supervisor.run(&mut lint)?.success(), "cfn-lint has found something in template.yaml; its output is above");

    console::step("sam validate");
    let mut validate = command(workspace, &tools.sam());
    validate.args(["validate", "--lint", "--template", "template.yaml"]);
    ensure!(supervisor.run(&mut validate)?.success(), "sam finds template.yaml invalid; its output is above");

    console::step("checkov");
    let mut checkov = command(workspace, &tools.checkov());
    checkov.args(["-f", "template.yaml", "--framework", "cloudformation", "--skip-download", "--compact", "--quiet"]);
    ensure!(
        supervisor.run(&mut checkov)?.success(),
        "checkov has found something in template.yaml; its output is above"
    );

    build(workspace, supervisor, &tools, &cargo_lambda)
}

fn build(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    tools: &DeploymentTools,
    cargo_lambda: &Path,
) -> Result<()> {
    let architecture = architecture()?;
    console::step(&format!("sam build for {architecture}"));
    let folder = workspace.state().join("sam-build");
    let mut sam = command(workspace, &tools.sam());
    sam.args(["build", "--template", "template.yaml", "--build-dir"])
        .arg(&folder)
        .args(["--parameter-overrides", &format!("Architecture={architecture}")])
        .env("PATH", path_with(cargo_lambda)?);
    ensure!(supervisor.run(&mut sam)?.success(), "sam build failed; it says why above");
    let plan = Template::load(workspace.template())?.resolve(&local::offline_settings())?;
    for function in plan.functions {
        let bootstrap = folder.join(&function.logical_id).join("bootstrap");
        ensure!(bootstrap.is_file(), "sam build made no bootstrap for {}", function.logical_id);
    }
    Ok(())
}

fn command(workspace: &Workspace, program: &Path) -> Command {
    let mut command = local::isolated(workspace.command(program));
    command.env("SAM_CLI_TELEMETRY", "0").env("AWS_REGION", local::REGION).env("AWS_DEFAULT_REGION", local::REGION);
    command
}

/// This machine's architecture, as the template's parameter spells it.
fn architecture() -> Result<&'static str> {
    match env::consts::ARCH {
        "x86_64" => Ok("x86_64"),
        "aarch64" => Ok("arm64"),
        other => bail!("Lambda does not run on this machine's architecture ({other})"),
    }
}

/// The PATH with cargo-lambda's folder first, because sam looks for it there.
fn path_with(cargo_lambda: &Path) -> Result<std::ffi::OsString> {
    let folder = cargo_lambda.parent().context("cargo-lambda is in no folder")?;
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths([folder.to_owned()].into_iter().chain(env::split_paths(&path)))
        .context("the PATH cannot be extended")
}
