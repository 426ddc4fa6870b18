//! Programs from PyPI, in virtual environments.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use super::{InstallLock, find_on_path};
use crate::{console, process::Supervisor, workspace::Workspace};

/// A virtual environment with certain packages.
#[derive(Debug)]
pub struct Environment {
    folder: PathBuf,
    packages: Vec<String>,
}

impl Environment {
    /// The environment in `folder` with these packages (as pip's requirements).
    pub fn new(folder: PathBuf, packages: &[&str]) -> Self {
        Self { folder, packages: packages.iter().map(|package| (*package).to_owned()).collect() }
    }

    /// The environment in `folder` with the packages of a file as pip has it: one package per line, and comments.
    pub fn of_requirements(folder: PathBuf, file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self::new(folder, &requirements(&text)))
    }

    /// Installs it if it is missing. `name` says what it has.
    pub fn ensure(&self, workspace: &Workspace, supervisor: &mut Supervisor, name: &str) -> Result<()> {
        let _lock = InstallLock::take(workspace)?;
        if !self.is_ready() {
            console::step(&format!("Installing {name} into {}", workspace.tools().display()));
            self.install(supervisor).with_context(|| format!("{name} could not be installed"))?;
        }
        Ok(())
    }

    /// Folder of its programs.
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Whether these packages, in these versions, were installed completely.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.marker()).is_ok_and(|text| text == self.packages.join("\n"))
    }

    /// Makes it anew. The error says what is missing; the tools' own messages are on the terminal.
    pub fn install(&self, supervisor: &mut Supervisor) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| format!("cannot delete {}", self.folder.display()))?;
        }
        let python = find_python()?;
        let mut make = Command::new(&python);
        make.args(["-m", "venv"]).arg(&self.folder);
        ensure!(
            supervisor.run(&mut make)?.success(),
            "Python cannot make a virtual environment (on Debian and Ubuntu that is the package python3-venv)"
        );
        let mut install = Command::new(self.programs().join("python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(&self.packages);
        ensure!(supervisor.run(&mut install)?.success(), "pip cannot install {}", self.packages.join(" and "));
        fs::write(self.marker(), self.packages.join("\n")).context("cannot write the mark of a whole environment")
    }

    fn marker(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }
}

fn requirements(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Python 3 on the PATH.
fn find_python() -> Result<PathBuf> {
    for name in ["python3", "python"] {
        if let Some(file) = find_on_path(name).filter(|file| is_python_3(file)) {
            return Ok(file);
        }
    }
    bail!("there is no Python 3 on the PATH")
}

fn is_python_3(file: &Path) -> bool {
    Command::new(file)
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 8))"])
        .output()
        .is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_packages() {
        let text = "# Why.\n\nDjango==6.1.3; python_version >= \"3.12\"\n  djoser==2.3.5\n";
        assert_eq!(requirements(text), ["Django==6.1.3; python_version >= \"3.12\"", "djoser==2.3.5"]);
    }
}
