//! Programs that read the OpenAPI document: schemathesis, which tests a service by it, and the makers of typed clients.

use std::path::PathBuf;

use anyhow::Result;

use super::{npm::Package, python::Environment};
use crate::{process::Supervisor, workspace::Workspace};

const SCHEMATHESIS: [&str; 1] = ["schemathesis==4.32.5"];
const FOR_PYTHON: [&str; 2] = ["openapi-python-client==0.29.1", "mypy==2.4.1"];
/// `openapi-typescript` brings TypeScript with it.
const FOR_TYPESCRIPT: [Package; 3] = [
    Package { name: "openapi-typescript", version: "7.13.0" },
    Package { name: "openapi-fetch", version: "0.17.0" },
    Package { name: "@types/node", version: "26.6.7" },
];

/// Where the programs are.
#[derive(Debug)]
pub struct OpenapiTools {
    /// schemathesis.
    pub schemathesis: PathBuf,
    /// The folder of the programs that make a client in Python.
    pub python: PathBuf,
    /// Folders with the `node_modules` that make a client in TypeScript.
    pub node: Vec<PathBuf>,
}

impl OpenapiTools {
    /// Installs the missing ones.
    pub fn ensure(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<Self> {
        let schemathesis = Environment::new(workspace.tools().join("schemathesis"), &SCHEMATHESIS);
        let python = Environment::new(workspace.tools().join("python-client"), &FOR_PYTHON);
        for (environment, name) in [(&schemathesis, "schemathesis"), (&python, "openapi-python-client")] {
            environment.ensure(workspace, supervisor, name)?;
        }
        let node = FOR_TYPESCRIPT.into_iter().map(|package| package.ensure(workspace, supervisor));
        let node = node.collect::<Result<Vec<PathBuf>>>()?;
        Ok(Self { schemathesis: schemathesis.programs().join("schemathesis"), python: python.programs(), node })
    }
}
