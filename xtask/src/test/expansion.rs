//! Checks of the template as CloudFormation's transform expands it: what publishes versions, and AWS's limits.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::deployment::command;
use crate::{process::Supervisor, tools::deployment::DeploymentTools, workspace::Workspace};

const EXPAND: &str = include_str!("expand.py");
/// CloudFormation takes 500 resources and 1 MB.
const MAX_RESOURCES: usize = 450;
const MAX_BYTES: usize = 900_000;

/// Expands the template for several values of its parameters and compares the results.
pub(super) fn check(workspace: &Workspace, supervisor: &mut Supervisor, tools: &DeploymentTools) -> Result<()> {
    let first = Expansion::of(workspace, tools, &[("Release", "1764468000")])?;
    let next = Expansion::of(workspace, tools, &[("Release", "1764468001"), ("PasswordPolicy", "documented")])?;
    let same = Expansion::of(workspace, tools, &[("Release", "1764468000"), ("Stage", "other")])?;
    let functions: BTreeSet<_> = first.functions().map(|(id, _)| id.clone()).collect();
    ensure!(!functions.is_empty(), "the expanded template has no functions");
    for (before, after) in [(&first, &next), (&first, &same)] {
        let (published, unfit) = (after.published_after(before), after.unpublishable_after(before));
        ensure!(
            unfit.is_empty(),
            "these functions get a new version though nothing of them changes, which Lambda refuses: {unfit:?}"
        );
        let expected = if before.release() == after.release() { BTreeSet::new() } else { functions.clone() };
        ensure!(published == expected, "a release must publish all functions, but {published:?} are published");
    }
    ensure!(
        first.resources().len() <= MAX_RESOURCES,
        "the expanded template has {} resources",
        first.resources().len()
    );
    let bytes = first.template.to_string().len();
    ensure!(bytes <= MAX_BYTES, "the expanded template has {bytes} bytes");
    first.check_route_settings()?;
    lint(workspace, supervisor, tools, &first)
}

/// The linter sees what SAM has made of the template too. Warnings are about SAM's own code.
fn lint(workspace: &Workspace, supervisor: &mut Supervisor, tools: &DeploymentTools, of: &Expansion) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let file = folder.path().join("expanded.json");
    std::fs::write(&file, of.template.to_string()).context("cannot write the expanded template")?;
    let mut lint = command(workspace, &tools.cfn_lint());
    lint.args(["--ignore-checks", "W", "--"]).arg(&file);
    ensure!(supervisor.run(&mut lint)?.success(), "cfn-lint has found something in the expanded template");
    Ok(())
}

/// The template for certain values of its parameters.
struct Expansion {
    values: BTreeMap<String, String>,
    template: Value,
}

impl Expansion {
    fn of(workspace: &Workspace, tools: &DeploymentTools, given: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let (script, file) = (folder.path().join("expand.py"), folder.path().join("values.json"));
        let values: BTreeMap<_, _> =
            given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        std::fs::write(&script, EXPAND).context("cannot write a temporary file")?;
        std::fs::write(&file, json!(values).to_string()).context("cannot write a temporary file")?;
        let output = command(workspace, &tools.python())
            .arg(&script)
            .args([workspace.template().as_os_str(), file.as_os_str()])
            .output()
            .context("cannot start Python")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the template can't be expanded: {}", said.trim());
        let template = serde_json::from_slice(&output.stdout).context("the expanded template is not JSON")?;
        Ok(Self { values, template })
    }

    fn release(&self) -> Option<&String> {
        self.values.get("Release")
    }

    fn resources(&self) -> Map<String, Value> {
        self.template.get("Resources").and_then(Value::as_object).cloned().unwrap_or_default()
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = (String, Value)> {
        let is_kind = kind.to_owned();
        self.resources().into_iter().filter(move |(_, resource)| resource.get("Type") == Some(&json!(is_kind)))
    }

    fn functions(&self) -> impl Iterator<Item = (String, Value)> {
        self.of_kind("AWS::Lambda::Function")
    }

    /// The version of each function, by the function's logical id.
    fn versions(&self) -> BTreeMap<String, String> {
        let versions = self.of_kind("AWS::Lambda::Version");
        let of = |resource: &Value| Some(resource.pointer("/Properties/FunctionName/Ref")?.as_str()?.to_owned());
        versions.filter_map(|(id, resource)| Some((of(&resource)?, id))).collect()
    }

    /// The functions whose version is another resource than `before`, which makes CloudFormation publish one.
    fn published_after(&self, before: &Self) -> BTreeSet<String> {
        let old = before.versions();
        self.versions().into_iter().filter(|(of, id)| old.get(of) != Some(id)).map(|(of, _)| of).collect()
    }

    /// Those of them whose configuration is as before: Lambda answers that the version exists already.
    fn unpublishable_after(&self, before: &Self) -> Vec<String> {
        let old: BTreeMap<_, _> =
            before.functions().map(|(id, function)| (id, before.with_values(&function))).collect();
        let published = self.published_after(before);
        let same = |(id, function): &(String, Value)| {
            published.contains(id) && old.get(id).is_some_and(|old| *old == self.with_values(function))
        };
        self.functions().filter(same).map(|(id, _)| id).collect()
    }

    /// `node` with the values of the parameters that were given.
    fn with_values(&self, node: &Value) -> Value {
        match node {
            Value::Object(fields) => {
                match fields.get("Ref").and_then(Value::as_str).and_then(|name| self.values.get(name)) {
                    Some(value) => json!(value),
                    None => fields.iter().map(|(name, node)| (name.clone(), self.with_values(node))).collect(),
                }
            }
            Value::Array(items) => items.iter().map(|item| self.with_values(item)).collect(),
            scalar => scalar.clone(),
        }
    }

    /// API Gateway refuses settings of a route that does not exist.
    fn check_route_settings(&self) -> Result<()> {
        for (id, stage) in self.of_kind("AWS::ApiGatewayV2::Stage") {
            let settings = stage.pointer("/Properties/RouteSettings").and_then(Value::as_object);
            for route in settings.into_iter().flat_map(Map::keys) {
                let path = route.strip_prefix("ANY ").context("a route setting is not for any method")?;
                let exists = self
                    .of_kind("AWS::ApiGatewayV2::Api")
                    .any(|(_, api)| api.pointer("/Properties/Body/paths").and_then(|paths| paths.get(path)).is_some());
                ensure!(exists, "{id} has settings for `{route}`, which is no route");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn expansion(version: &str, level: &str, description: &str) -> Expansion {
        let properties = json!({"Description": description, "Environment": {"L": {"Ref": "LogLevel"}}});
        Expansion {
            values: BTreeMap::from([("LogLevel".to_owned(), level.to_owned())]),
            template: json!({"Resources": {
                "F": {"Type": "AWS::Lambda::Function", "Properties": properties},
                version: {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}},
            }}),
        }
    }

    #[test]
    fn a_version_needs_something_to_publish() {
        let before = expansion("V1", "info", "a");
        let f = || BTreeSet::from(["F".to_owned()]);
        for (after, published, unfit) in [
            (expansion("V1", "info", "a"), BTreeSet::new(), 0),
            (expansion("V1", "debug", "a"), BTreeSet::new(), 0),
            (expansion("V2", "info", "a"), f(), 1),
            (expansion("V2", "debug", "a"), f(), 0),
            (expansion("V2", "info", "b"), f(), 0),
        ] {
            assert_eq!(after.published_after(&before), published);
            assert_eq!(after.unpublishable_after(&before).len(), unfit);
        }
    }

    #[test]
    fn settings_of_a_missing_route_are_found() {
        let template = |route: &str| {
            json!({"Resources": {
                "A": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {"paths": {"/auth/{proxy+}": {}}}}},
                "S": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"RouteSettings": {route: {}}}},
            }})
        };
        let check = |route| Expansion { values: BTreeMap::new(), template: template(route) }.check_route_settings();
        assert!(check("ANY /auth/{proxy+}").is_ok());
        assert!(check("ANY /auth/").is_err());
        assert!(check("POST /auth/{proxy+}").is_err());
    }
}
