//! The lock that allows one run at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Write},
};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Held during a run. The system releases it when the process ends in any way.
#[derive(Debug)]
pub(super) struct RunLock {
    _file: File,
}

impl RunLock {
    /// Fails if another run holds it.
    pub(super) fn take(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.state();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join("run.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                bail!("another `cargo xtask run` is running here (process {}); stop that one first", holder.trim());
            }
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the folder .aviary"),
        }
        file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).context("cannot write the lock")?;
        Ok(Self { _file: file })
    }
}
