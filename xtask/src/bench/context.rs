//! Context of the measurements.

use std::collections::BTreeMap;

use aviary_template::Function;

use crate::{process::Supervisor, workspace::Workspace};

/// What every measurement needs to start a function.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) supervisor: &'a mut Supervisor,
    pub(super) functions: Vec<Function>,
    /// The SDK's variables for the local AWS.
    pub(super) settings: BTreeMap<String, String>,
}
