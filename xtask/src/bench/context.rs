use std::collections::BTreeMap;

use aviary_template::Function;

use crate::{process::Supervisor, workspace::Workspace};

/// What every measurement needs: the programs, the environment they get, and who starts them.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) supervisor: &'a mut Supervisor,
    pub(super) functions: Vec<Function>,
    /// Where the SDK finds the local AWS.
    pub(super) settings: BTreeMap<String, String>,
}
