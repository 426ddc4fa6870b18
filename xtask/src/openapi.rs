//! Writes `docs/openapi.json`, the OpenAPI document of all functions.

use anyhow::{Result, ensure};

use crate::{console, process::Supervisor, workspace::Workspace};

/// The test that compares the file with the code; with this variable set it writes it instead.
const TEST: &str = "docs_openapi_is_what_the_code_says";
const WRITE: &str = "AVIARY_WRITE_DOCS";

/// Builds the functions as the tests do, and lets the test write the file. Only the tests are linked with every function.
pub fn openapi(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["test", "--workspace", "--test", "api", "--quiet", "--", TEST]).env(WRITE, "1");
    ensure!(supervisor.run(&mut command)?.success(), "docs/openapi.json was not written; cargo says why above");
    console::say("docs/openapi.json is what the code says. The next build of the function `docs` serves it.");
    Ok(())
}
