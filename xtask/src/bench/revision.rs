//! The release build of another commit, to compare with.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::{console, process::Supervisor, workspace::Workspace};

/// Builds these functions of a commit in a folder of its own, which is kept for the next time. Returns the folder with the
/// programs.
pub(super) fn build(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    commit: &str,
    functions: &[String],
) -> Result<PathBuf> {
    let folder = workspace.state().join("compare");
    let (tree, target) = (folder.join("tree"), folder.join("target"));
    let mut git = workspace.command("git");
    if tree.join(".git").exists() {
        git.arg("-C").arg(&tree).args(["checkout", "--quiet", "--force", "--detach", commit]);
    } else {
        // The folder may have been deleted by hand.
        let _ = workspace.command("git").args(["worktree", "prune"]).status();
        git.args(["worktree", "add", "--quiet", "--force", "--detach"]).arg(&tree).arg(commit);
    }
    ensure!(supervisor.run(&mut git)?.success(), "git cannot check {commit} out; it says why above");
    console::step(&format!("Building {commit}"));
    let mut cargo = workspace.cargo();
    cargo.current_dir(&tree).env("CARGO_TARGET_DIR", &target).args(["build", "--release"]);
    for function in functions {
        cargo.args(["--bin", function]);
    }
    ensure!(supervisor.run(&mut cargo)?.success(), "{commit} does not build; cargo says why above");
    target.join("release").canonicalize().context("cargo made no folder for the release build")
}
