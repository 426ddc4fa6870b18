//! Writes `docs/openapi.json`, the OpenAPI document of all functions, and `docs/examples.json`, which it shows.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{cli::OpenapiArgs, console, process::Supervisor, workspace::Workspace};

/// The test that compares the document with the code; with this variable set it writes it instead.
const DOCUMENT: &str = "docs_openapi_is_what_the_code_says";
const WRITE: &str = "AVIARY_WRITE_DOCS";
/// The test that compares the examples with what the service answers; with this variable set it writes what has changed.
const EXAMPLES: &str = "every_answer_is_documented_and_has_the_shape_of_its_example";
const RECORD: &str = "RECORD_EXAMPLES";

/// Builds the functions as the tests do, and lets the tests write the files. Only the tests are linked with every function.
pub fn openapi(workspace: &Workspace, supervisor: &mut Supervisor, args: &OpenapiArgs) -> Result<()> {
    if args.record {
        let mut record = Command::new(std::env::current_exe().context("this program has no path")?);
        record.args(["test", "--", EXAMPLES]).current_dir(workspace.root()).env(RECORD, "1");
        ensure!(supervisor.run(&mut record)?.success(), "docs/examples.json was not written; the tests say why above");
    }
    let mut command = workspace.cargo();
    command.args(["test", "--workspace", "--test", "api", "--quiet", "--", DOCUMENT]).env(WRITE, "1");
    ensure!(supervisor.run(&mut command)?.success(), "docs/openapi.json was not written; cargo says why above");
    console::say("docs/openapi.json is what the code says. The next build of the function `docs` serves it.");
    Ok(())
}
