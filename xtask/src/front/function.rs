//! What the front knows of a function.

use std::{collections::BTreeMap, path::PathBuf, process::Command, time::Duration};

use aviary_template::Route;

use crate::{local::forget_foreign_settings, runtime_api::lambda_variables, workspace::Workspace};

/// A function that the front serves.
#[derive(Clone, Debug)]
pub struct FrontFunction {
    /// Its name, which is that of its program.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Where the program runs.
    pub workspace: Workspace,
    /// Its settings, without those that Lambda sets.
    pub environment: BTreeMap<String, String>,
    /// The routes that lead to it.
    pub routes: Vec<Route>,
    /// Its memory on AWS, which it is told.
    pub memory_mb: u32,
    /// How long it may work on an event.
    pub timeout: Duration,
}

impl FrontFunction {
    /// The command that starts a process, with the variables that Lambda sets.
    pub(super) fn command(&self, runtime_api: &str) -> Command {
        let mut command = self.workspace.command(&self.program);
        forget_foreign_settings(&mut command);
        command.envs(&self.environment);
        lambda_variables(&mut command, runtime_api, &self.name, self.memory_mb);
        command
    }
}
