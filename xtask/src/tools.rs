//! Programs that tasks need: found on this machine, or installed below `.aviary/tools`.

pub mod browser;
pub mod cargo_lambda;
pub mod debian;
pub mod deployment;
pub mod django;
pub mod dynamodb_local;
pub mod npm;
pub mod openapi;
pub mod python;

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{console, workspace::Workspace};

/// Finds an executable file on the PATH.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

/// Whether this is an executable file.
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Prevents two tasks from installing at the same time, until it is dropped.
#[derive(Debug)]
pub struct InstallLock {
    _file: File,
}

impl InstallLock {
    /// Waits until no other task is installing.
    pub fn take(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.tools();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join("lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        if file.try_lock().is_err() {
            console::step("Waiting for another task that installs tools");
            file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        }
        Ok(Self { _file: file })
    }
}
