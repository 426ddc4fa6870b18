//! What `cargo xtask test --full` does beyond `cargo xtask test`: it installs the programs that the ignored tests need, and
//! checks the templates.

use anyhow::Result;

use super::{deployment, runner::Ignored};
use crate::{
    process::Supervisor,
    tools::{
        browser,
        debian::{self, Program},
    },
    workspace::Workspace,
};

/// Make the films and pictures of `tweets/media_full.rs`.
const FILE_MAKERS: [Program; 2] =
    [Program { name: "ffmpeg", package: "ffmpeg" }, Program { name: "convert", package: "imagemagick" }];

/// Installs what the ignored tests need, and returns how to run them.
pub(super) fn prepare(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<Ignored> {
    debian::ensure(workspace, supervisor, &FILE_MAKERS)?;
    let browser = browser::ensure(workspace, supervisor)?;
    Ok(Ignored::Run(vec![
        ("BROWSER_TEST_DRIVER", browser.driver.to_string_lossy().into_owned()),
        ("BROWSER_TEST_AXE", browser.axe.to_string_lossy().into_owned()),
    ]))
}

/// Checks that need no service.
pub(super) fn check_files(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    deployment::check_templates(workspace, supervisor).map(drop)
}
