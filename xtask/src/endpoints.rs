//! Writes `docs/endpoints.md` from the functions' tables of routes.

use anyhow::{Result, ensure};

use crate::{console, process::Supervisor, workspace::Workspace};

/// The test that compares the page with the tables; with this variable set it writes the page instead.
const TEST: &str = "docs_endpoints_lists_every_row";
const WRITE: &str = "AVIARY_WRITE_DOCS";

/// Builds the functions as the tests do, and lets the test write the page. The tables are code, and only the tests are
/// linked with every function.
pub fn endpoints(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["test", "--workspace", "--test", "api", "--quiet", TEST]).env(WRITE, "1");
    ensure!(supervisor.run(&mut command)?.success(), "docs/endpoints.md was not written; cargo says why above");
    console::say("docs/endpoints.md lists the endpoints of the tables of routes.");
    Ok(())
}
