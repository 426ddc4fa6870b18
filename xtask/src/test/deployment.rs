//! Checks of the deployment: cfn-lint, sam, checkov, actionlint, the expanded template and a build.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use aviary_template::Template;

use crate::{
    console, local,
    process::Supervisor,
    test::expansion,
    tools::{cargo_lambda, deployment::DeploymentTools},
    workspace::Workspace,
};

/// The service, and what deploys it.
const TEMPLATES: [&str; 2] = ["template.yaml", "deploy/role.yaml"];

/// The function with the least code.
const SMALLEST: &str = "KeysFunction";

/// Checks the templates with cfn-lint, sam and checkov, the workflows with actionlint, and what SAM makes of the
/// template.
pub(super) fn check_templates(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<DeploymentTools> {
    let tools = DeploymentTools::ensure(workspace, supervisor)?;

    console::step("cfn-lint");
    let mut lint = command(workspace, &tools.cfn_lint());
    lint.args(TEMPLATES);
    ensure!(supervisor.run(&mut lint)?.success(), "cfn-lint has found something in a template; its output is above");

    console::step("sam validate");
    let mut validate = command(workspace, &tools.sam());
    validate.args(["validate", "--lint", "--template", "template.yaml"]);
    ensure!(supervisor.run(&mut validate)?.success(), "sam finds template.yaml invalid; its output is above");

    console::step("checkov");
    let mut checkov = command(workspace, &tools.checkov());
    checkov.arg("-f").args(TEMPLATES).args([
        "--framework",
        "cloudformation",
        "--skip-download",
        "--compact",
        "--quiet",
    ]);
    ensure!(supervisor.run(&mut checkov)?.success(), "checkov has found something in a template; its output is above");

    console::step("actionlint");
    let mut actionlint = command(workspace, &tools.actionlint());
    ensure!(supervisor.run(&mut actionlint)?.success(), "actionlint has found something in a workflow; see above");

    console::step("The expanded template");
    expansion::check(workspace, supervisor, &tools)?;
    Ok(tools)
}

/// Builds all functions for this machine's architecture, and one of them for the other.
pub(super) fn check_builds(workspace: &Workspace, supervisor: &mut Supervisor, tools: &DeploymentTools) -> Result<()> {
    let cargo_lambda = cargo_lambda::ensure(workspace, supervisor)?;
    let (own, other) = architectures()?;
    let folder = sam_build(workspace, supervisor, (tools, &cargo_lambda), (own, None))?;
    let plan = Template::load(workspace.template())?.resolve(&local::offline_settings())?;
    for function in plan.functions {
        ensure_bootstrap(&folder, &function.logical_id)?;
    }
    // All functions are compiled alike, so one shows that the compiler for the other architecture works.
    add_target(workspace, supervisor, other)?;
    let folder = sam_build(workspace, supervisor, (tools, &cargo_lambda), (other, Some(SMALLEST)))?;
    ensure_bootstrap(&folder, SMALLEST)
}

/// Builds all functions or one, and returns the folder.
fn sam_build(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    (tools, cargo_lambda): (&DeploymentTools, &Path),
    (architecture, function): (Architecture, Option<&str>),
) -> Result<PathBuf> {
    console::step(&format!("sam build for {}", architecture.name));
    let folder = workspace.state().join("sam-build").join(architecture.name);
    let mut sam = command(workspace, &tools.sam());
    sam.arg("build").args(function).args(["--template", "template.yaml", "--build-dir"]).arg(&folder);
    sam.args(["--parameter-overrides", &format!("Architecture={}", architecture.name)]);
    sam.env("PATH", path_with(cargo_lambda)?);
    ensure!(supervisor.run(&mut sam)?.success(), "sam build failed; it says why above");
    Ok(folder)
}

fn ensure_bootstrap(folder: &Path, function: &str) -> Result<()> {
    ensure!(folder.join(function).join("bootstrap").is_file(), "sam build made no bootstrap for {function}");
    Ok(())
}

fn add_target(workspace: &Workspace, supervisor: &mut Supervisor, architecture: Architecture) -> Result<()> {
    let mut rustup = workspace.command("rustup");
    rustup.args(["target", "add", architecture.target]);
    ensure!(supervisor.run(&mut rustup)?.success(), "rustup can't add the target {}", architecture.target);
    Ok(())
}

pub(super) fn command(workspace: &Workspace, program: &Path) -> Command {
    let mut command = local::isolated(workspace.command(program));
    command.env("SAM_CLI_TELEMETRY", "0").env("AWS_REGION", local::REGION).env("AWS_DEFAULT_REGION", local::REGION);
    command
}

/// An architecture that Lambda runs on.
#[derive(Clone, Copy, Debug)]
struct Architecture {
    /// As the template's parameter spells it.
    name: &'static str,
    /// As rustup does.
    target: &'static str,
}

const ARM64: Architecture = Architecture { name: "arm64", target: "aarch64-unknown-linux-gnu" };
const X86_64: Architecture = Architecture { name: "x86_64", target: "x86_64-unknown-linux-gnu" };

/// This machine's architecture, and the other one.
fn architectures() -> Result<(Architecture, Architecture)> {
    match env::consts::ARCH {
        "x86_64" => Ok((X86_64, ARM64)),
        "aarch64" => Ok((ARM64, X86_64)),
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
