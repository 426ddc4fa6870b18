//! Packages from npm, each in a folder of its own below `.aviary/tools`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use super::{
    InstallLock,
    debian::{self, Program},
    find_on_path,
};
use crate::{console, process::Supervisor, workspace::Workspace};

const NPM: Program = Program { name: "npm", package: "npm" };

/// A package in an exact version.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Package {
    /// Installs the package unless it is there, and returns the folder that has its `node_modules`.
    pub fn ensure(self, workspace: &Workspace, supervisor: &mut Supervisor) -> Result<PathBuf> {
        let Self { name, version } = self;
        let folder = workspace.tools().join(format!("{}-{version}", name.replace(['@', '/'], "-")));
        let marker = folder.join("installed.txt");
        if marker.is_file() {
            return Ok(folder);
        }
        debian::ensure(workspace, supervisor, &[NPM])?;
        let _lock = InstallLock::take(workspace)?;
        if marker.is_file() {
            return Ok(folder);
        }
        let npm = find_on_path(NPM.name).context("npm is missing")?;
        console::step(&format!("Installing {name} {version} into {}", folder.display()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut command = workspace.command(&npm);
        command.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(&folder);
        command.arg(format!("{name}@{version}"));
        ensure!(supervisor.run(&mut command)?.success(), "npm cannot install {name}; it says why above");
        fs::write(&marker, "").with_context(|| format!("cannot write {}", marker.display()))?;
        Ok(folder)
    }
}
