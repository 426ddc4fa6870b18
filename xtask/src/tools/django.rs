//! The peer that `bench --django` measures: Django with djoser and simplejwt, behind gunicorn.

use std::path::PathBuf;

use anyhow::Result;

use super::{
    debian::{self, Program},
    python::Environment,
};
use crate::{process::Supervisor, workspace::Workspace};

/// Brings Python too, where there is none.
const PYTHON: Program = Program { name: "python3", package: "python3-venv" };

/// Installs the peer if it is missing, and returns the folder of its programs.
pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<PathBuf> {
    debian::ensure(workspace, supervisor, &[PYTHON])?;
    let environment =
        Environment::of_requirements(workspace.tools().join("django"), &settings(workspace).join("requirements.txt"))?;
    environment.ensure(workspace, supervisor, "Django, djoser, simplejwt and gunicorn")?;
    Ok(environment.programs())
}

/// The folder of the peer's settings and requirements.
pub fn settings(workspace: &Workspace) -> PathBuf {
    workspace.root().join("xtask/django")
}
