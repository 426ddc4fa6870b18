//! Writes what is made from the functions' tables of routes: `docs/endpoints.md`, and the words that no user may be
//! called.

use anyhow::{Result, ensure};

use crate::{console, process::Supervisor, workspace::Workspace};

/// The tests that compare these files with the tables; with this variable set they write them instead.
const TESTS: [&str; 2] = ["docs_endpoints_lists_every_row", "reserved_words_are_those_of_the_routes"];
const WRITE: &str = "AVIARY_WRITE_DOCS";

/// Builds the functions as the tests do, and lets the tests write the files. The tables are code, and only the tests are
/// linked with every function.
pub fn endpoints(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["test", "--workspace", "--test", "api", "--quiet", "--"]).args(TESTS).env(WRITE, "1");
    ensure!(supervisor.run(&mut command)?.success(), "docs/endpoints.md was not written; cargo says why above");
    console::say("docs/endpoints.md and the reserved usernames are those of the tables of routes.");
    Ok(())
}
