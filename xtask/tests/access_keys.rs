//! Each function's package has the access key by which the local AWS recognises it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use aviary_template::{Template, local_access_key};
use serde_json::Value;
use xtask::{local, workspace::Workspace};

/// The access key of each binary, as cargo-lambda reads it.
fn access_keys(workspace: &Workspace) -> BTreeMap<String, Value> {
    let output = workspace.cargo().args(["metadata", "--no-deps", "--format-version=1", "--offline"]).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut keys = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let targets = package["targets"].as_array().unwrap();
        for binary in targets.iter().filter(|target| target["kind"][0] == "bin") {
            let key = package["metadata"]["lambda"]["env"]["AWS_ACCESS_KEY_ID"].clone();
            keys.insert(binary["name"].as_str().unwrap().to_owned(), key);
        }
    }
    keys
}

#[test]
fn every_function_has_its_own_access_key() {
    let workspace = Workspace::locate().unwrap();
    let keys = access_keys(&workspace);
    let stack = Template::load(workspace.template()).unwrap().resolve(&local::offline_settings()).unwrap();
    for function in stack.functions {
        let key = local_access_key(&function.binary);
        assert_eq!(
            keys.get(&function.binary).and_then(Value::as_str),
            Some(key.as_str()),
            "the Cargo.toml of `{}` needs [package.metadata.lambda.env] with AWS_ACCESS_KEY_ID = \"{key}\"",
            function.binary
        );
    }
}
