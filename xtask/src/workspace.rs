//! Where things are.

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
        // Tests of any package ask too, wherever in the workspace it lies.
        let root = package.ancestors().skip(1).find(|folder| folder.join("template.yaml").is_file());
        let root = root.with_context(|| format!("there is no template.yaml above {}", package.display()))?.to_owned();
        let target = target_folder(&root)?;
        Ok(Self { root, target })
    }

    /// The repository's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The one description of the deployment.
    pub fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }

    /// The workspace's manifest.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// Everything that tasks keep; git ignores it.
    pub fn state(&self) -> PathBuf {
        self.root.join(".aviary")
    }

    /// The local AWS's files.
    pub fn data(&self) -> PathBuf {
        self.state().join("data")
    }

    /// Programs that tasks have installed.
    pub fn tools(&self) -> PathBuf {
        self.state().join("tools")
    }

    /// A program of this workspace, as cargo builds it.
    pub fn binary(&self, name: &str, release: bool) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" }).join(name)
    }

    /// A command of the cargo that started us, in the workspace's root.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        forget_own_package(&mut command);
        command
    }

    /// A command of another program, in the workspace's root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        forget_own_package(&mut command);
        command
    }
}

/// `cargo run` tells a program about its package; what we start must not take it for its own.
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
