//! Paths of the repository and commands that run in it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// The folders of this repository.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the workspace that this program was built from.
    pub fn locate() -> Result<Self> {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        // Tests of any package call this, at any depth of the workspace.
        let root = package.ancestors().skip(1).find(|folder| folder.join("template.yaml").is_file());
        let root = root.with_context(|| format!("there is no template.yaml above {}", package.display()))?.to_owned();
        let target = target_folder(&root)?;
        Ok(Self { root, target })
    }

    /// The repository's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SAM template.
    pub fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }

    /// Folder of the tasks' own files, which git ignores.
    pub fn state(&self) -> PathBuf {
        self.root.join(".aviary")
    }

    /// Folder of the local AWS's data.
    pub fn data(&self) -> PathBuf {
        self.state().join("data")
    }

    /// Folder of programs that tasks install.
    pub fn tools(&self) -> PathBuf {
        self.state().join("tools")
    }

    /// Folder of the release builds.
    pub fn release_programs(&self) -> PathBuf {
        self.target.join("release")
    }

    /// Path of a program of this workspace, as cargo builds it.
    pub fn binary(&self, name: &str, release: bool) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" }).join(name)
    }

    /// The cargo that started this task, in the workspace's root.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        forget_own_package(&mut command);
        command
    }

    /// Another program, in the workspace's root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        forget_own_package(&mut command);
        command
    }
}

/// `cargo run` describes the package in the environment. Programs that a task starts must not see that as their own.
fn forget_own_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_BIN_") {
            command.env_remove(&name);
        }
    }
}

fn target_folder(root: &Path) -> Result<PathBuf> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(root)
        .output()
        .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "cargo cannot read the workspace: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata is not readable")?;
    Ok(metadata.target_directory)
}
