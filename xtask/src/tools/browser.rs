//! The browser of the tests, its driver, and axe-core, which checks accessibility.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::{
    debian::{self, Program},
    find_on_path,
    npm::Package,
};
use crate::{process::Supervisor, workspace::Workspace};

/// The driver's package needs the browser's.
const PROGRAMS: [Program; 2] =
    [Program { name: "chromium", package: "chromium" }, Program { name: "chromedriver", package: "chromium-driver" }];
const AXE: Package = Package { name: "axe-core", version: "4.14.1" };

/// What browser tests are told.
#[derive(Debug)]
pub struct Browser {
    /// Chromium's driver.
    pub driver: PathBuf,
    /// The script of axe-core.
    pub axe: PathBuf,
}

/// Installs what is missing.
pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<Browser> {
    debian::ensure(workspace, supervisor, &PROGRAMS)?;
    let axe = AXE.ensure(workspace, supervisor)?.join("node_modules/axe-core/axe.min.js");
    ensure!(axe.is_file(), "the npm package {} holds no axe.min.js", AXE.name);
    let driver = find_on_path("chromedriver").context("chromedriver is missing")?;
    Ok(Browser { driver, axe })
}
