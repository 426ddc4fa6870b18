//! What `cargo xtask test --full` does beyond `cargo xtask test`: it installs the programs that the ignored tests need, and
//! checks the templates.

use std::env;

use anyhow::{Context, Result, ensure};

use super::{deployment, runner::Ignored};
use crate::{
    console,
    process::Supervisor,
    tools::{
        browser,
        debian::{self, Program},
        npm::Package,
        openapi::OpenapiTools,
    },
    workspace::Workspace,
};

/// Make the films and pictures of `tweets/media_full.rs`.
const FILE_MAKERS: [Program; 2] =
    [Program { name: "ffmpeg", package: "ffmpeg" }, Program { name: "identify", package: "imagemagick" }];

/// Checks OpenAPI documents. vacuum is quicker, but its npm package fetches a program from elsewhere.
const SPECTRAL: Package = Package { name: "@stoplight/spectral-cli", version: "6.16.3" };

/// Installs what the ignored tests need, and returns how to run them.
pub(super) fn prepare(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<Ignored> {
    debian::ensure(workspace, supervisor, &FILE_MAKERS)?;
    let browser = browser::ensure(workspace, supervisor)?;
    let openapi = OpenapiTools::ensure(workspace, supervisor)?;
    let node = env::join_paths(&openapi.node).context("a folder's name has a colon")?;
    Ok(Ignored::Run(vec![
        ("OPENAPI_TEST_SCHEMATHESIS", openapi.schemathesis.to_string_lossy().into_owned()),
        ("CLIENT_TEST_NODE", node.to_string_lossy().into_owned()),
        ("CLIENT_TEST_PYTHON", openapi.python.to_string_lossy().into_owned()),
        ("BROWSER_TEST_DRIVER", browser.driver.to_string_lossy().into_owned()),
        ("BROWSER_TEST_AXE", browser.axe.to_string_lossy().into_owned()),
    ]))
}

/// Checks that need no service.
pub(super) fn check_files(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    deployment::check_templates(workspace, supervisor)?;
    console::step("The OpenAPI document, with Spectral");
    let spectral = SPECTRAL.ensure(workspace, supervisor)?.join("node_modules/.bin/spectral");
    let mut lint = workspace.command(&spectral);
    lint.args(["lint", "docs/openapi.json", "--ruleset", ".spectral.yaml", "--fail-severity", "warn"]);
    ensure!(supervisor.run(&mut lint)?.success(), "Spectral has found something in docs/openapi.json; it is above");
    Ok(())
}
