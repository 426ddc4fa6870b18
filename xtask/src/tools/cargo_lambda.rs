//! cargo-lambda, which sends sample events to functions, and whose `watch` serves them in place of the local front.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};

use super::{InstallLock, find_on_path, is_executable, python::Environment};
use crate::{
    console,
    process::{Interrupted, Supervisor},
    shell::quoted,
    workspace::Workspace,
};

/// The version that is installed if none is found.
const VERSION: &str = "1.9.2";
/// The oldest version that reads our routes.
const OLDEST: (u32, u32) = (1, 9);

/// The program's path. It is installed first if no new enough version is found.
pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<PathBuf> {
    if let Some(found) = find(workspace) {
        return Ok(found);
    }
    let _lock = InstallLock::take(workspace)?;
    // Another task may have installed it meanwhile.
    if let Some(found) = find(workspace) {
        return Ok(found);
    }
    install(workspace, supervisor)
}

/// How it is called in a shell: `cargo lambda` if cargo finds this program, otherwise by its path.
pub fn invocation(program: &Path) -> String {
    match find_on_path("cargo-lambda") {
        Some(found) if found == program => "cargo lambda".to_owned(),
        _ => format!("{} lambda", quoted(&program.to_string_lossy())),
    }
}

fn find(workspace: &Workspace) -> Option<PathBuf> {
    let own = [from_pypi(workspace).programs(), from_crates_io(workspace).join("bin")];
    find_on_path("cargo-lambda")
        .into_iter()
        .chain(own.into_iter().map(|folder| folder.join("cargo-lambda")))
        .find(|file| is_executable(file) && version_of(file).is_some_and(|version| version >= OLDEST))
}

fn install(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<PathBuf> {
    let environment = from_pypi(workspace);
    console::step(&format!("Installing cargo-lambda {VERSION} into {}", workspace.tools().display()));
    match environment.install(supervisor) {
        Ok(()) => return Ok(environment.programs().join("cargo-lambda")),
        Err(error) if error.is::<Interrupted>() => return Err(error),
        Err(error) => console::warn(&format!(
            "The quick way to install cargo-lambda failed: {error:#}.\nIt is built from source instead, which takes many minutes."
        )),
    }
    let folder = from_crates_io(workspace);
    fs::create_dir_all(&folder)?;
    let mut build = workspace.cargo();
    build.args(["install", "--locked", "--version", VERSION, "--root"]).arg(&folder).arg("cargo-lambda");
    ensure!(
        supervisor.run(&mut build)?.success(),
        "cargo-lambda could not be installed; install it yourself (https://www.cargo-lambda.info) and start again"
    );
    Ok(folder.join("bin").join("cargo-lambda"))
}

fn from_pypi(workspace: &Workspace) -> Environment {
    Environment::new(workspace.tools().join("cargo-lambda"), &[&format!("cargo-lambda=={VERSION}")])
}

fn from_crates_io(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("cargo-lambda-from-source")
}

fn version_of(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program).args(["lambda", "--version"]).output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// Reads the first two numbers of the output of `cargo lambda --version`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let number = text.split_ascii_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let mut parts = number.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(parse_version("cargo-lambda 1.9.2 (abcdef 2025-01-01Z)\n"), Some((1, 9)));
        assert!(parse_version("cargo-lambda 1.10.0") >= Some(OLDEST));
        assert!(parse_version("cargo-lambda 1.8.6") < Some(OLDEST));
        assert_eq!(parse_version("no number"), None);
    }
}
