//! A deployed stage: its tables and the caller's credentials, from the AWS CLI or from options.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, de::DeserializeOwned};

use super::variables::{AUDIT, BUCKET, Environment, NAMES};
use crate::{cli::DeploymentArgs, tools::find_on_path};

/// The environment for a stage. The caller's own `AWS_` variables apply unless this replaces them.
pub(super) fn environment(deployment: &DeploymentArgs) -> Result<Environment> {
    let cli = find_on_path("aws").map(|program| AwsCli { program, deployment });
    let mut environment = match (&deployment.stack, &cli) {
        (Some(stack), Some(cli)) => names(stack, &cli.outputs(stack)?)?,
        (Some(_), None) => bail!(
            "the tables of a stack are looked up with the AWS CLI, and there is no `aws` on the PATH; install it, or name them with --accounts-table, --credentials-table, --social-table, --feed-table and --audit-log-group"
        ),
        (None, _) => by_hand(deployment),
    };
    if deployment.profile.is_some() || !is_set("AWS_ACCESS_KEY_ID") {
        let cli = cli.as_ref().context(
            "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install the AWS CLI",
        )?;
        environment.extend(cli.credentials()?);
    }
    match (&deployment.region, &cli) {
        (Some(region), _) => _ = environment.insert("AWS_REGION".to_owned(), region.clone()),
        // A profile's region takes precedence over the environment's, which may belong to another account.
        (None, Some(cli)) if deployment.profile.is_some() || !has_region() => {
            environment.insert("AWS_REGION".to_owned(), cli.region()?);
        }
        (None, _) => ensure!(has_region(), "the region is not known; name it with --region"),
    }
    Ok(environment)
}

/// Removes the caller's Aviary variables, but not those of the AWS account.
pub(super) fn forget_settings(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("AVIARY_") {
            command.env_remove(&name);
        }
    }
}

fn by_hand(deployment: &DeploymentArgs) -> Environment {
    let DeploymentArgs { accounts_table, credentials_table, social_table, feed_table, audit_log_group, .. } =
        deployment;
    let by_name = NAMES.map(|(variable, _)| variable).into_iter();
    let tables = by_name.zip([accounts_table, credentials_table, social_table, feed_table]);
    tables
        .chain([(AUDIT.0, audit_log_group)])
        .filter_map(|(variable, name)| Some((variable.to_owned(), name.clone()?)))
        .collect()
}

/// A stack's outputs by their names.
type Outputs = BTreeMap<String, String>;

fn names(stack: &str, outputs: &Outputs) -> Result<Environment> {
    let mut environment = Environment::new();
    let output = |id: &str| format!("{id}Name");
    for (variable, id) in NAMES {
        let output = output(id);
        let name = outputs.get(&output).with_context(|| format!("the stack {stack} has no output `{output}`"))?;
        environment.insert(variable.to_owned(), name.clone());
    }
    environment.extend(outputs.get(&output(BUCKET.1)).map(|name| (BUCKET.0.to_owned(), name.clone())));
    environment.extend(outputs.get(&output(AUDIT.1)).map(|name| (AUDIT.0.to_owned(), name.clone())));
    Ok(environment)
}

struct AwsCli<'a> {
    program: PathBuf,
    deployment: &'a DeploymentArgs,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StackList {
    stacks: Vec<Stack>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stack {
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

impl AwsCli<'_> {
    fn outputs(&self, stack: &str) -> Result<Outputs> {
        let list: StackList =
            self.json(&["cloudformation", "describe-stacks", "--output", "json", "--stack-name", stack])?;
        let outputs = list.stacks.into_iter().flat_map(|stack| stack.outputs);
        Ok(outputs.map(|output| (output.output_key, output.output_value)).collect())
    }

    /// Includes those of single sign-on and assumed roles, which the program itself cannot get.
    fn credentials(&self) -> Result<Environment> {
        let found: Credentials = self.json(&["configure", "export-credentials", "--format", "process"]).context(
            "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with version 2 of the AWS CLI",
        )?;
        let pairs = [
            ("AWS_ACCESS_KEY_ID", found.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", found.secret_access_key),
            // Empty counts as absent: an old token must not be used with the new keys.
            ("AWS_SESSION_TOKEN", found.session_token.unwrap_or_default()),
        ];
        Ok(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn region(&self) -> Result<String> {
        let region = self.output(&["configure", "get", "region"]).unwrap_or_default();
        let region = region.trim();
        ensure!(!region.is_empty(), "the region is not known; name it with --region");
        Ok(region.to_owned())
    }

    fn json<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let output = self.output(arguments)?;
        serde_json::from_str(&output)
            .with_context(|| format!("`{}` answered something else than expected", spoken(arguments)))
    }

    fn output(&self, arguments: &[&str]) -> Result<String> {
        let output = command(&self.program, self.deployment, arguments)
            .output()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        // An old version answers an unknown command with many lines of usage.
        let said = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it does not say why");
        ensure!(output.status.success(), "`{}` failed: {}", spoken(arguments), said.trim_end_matches('.'));
        String::from_utf8(output.stdout)
            .with_context(|| format!("`{}` answered something unreadable", spoken(arguments)))
    }
}

fn command(program: &Path, deployment: &DeploymentArgs, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env("AWS_PAGER", "");
    for (option, value) in [("--region", &deployment.region), ("--profile", &deployment.profile)] {
        if let Some(value) = value {
            command.args([option, value]);
        }
    }
    command
}

fn spoken(arguments: &[&str]) -> String {
    let words: Vec<&str> = arguments.iter().copied().take_while(|word| !word.starts_with("--")).collect();
    format!("aws {}", words.join(" "))
}

fn has_region() -> bool {
    is_set("AWS_REGION") || is_set("AWS_DEFAULT_REGION")
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    /// A script that knows one stack. It is in the repository, because a program that a test has just written may be
    /// busy: another test that forks at that moment holds it open.
    fn cli(deployment: &DeploymentArgs) -> AwsCli<'_> {
        AwsCli { program: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/aws"), deployment }
    }

    fn stage() -> DeploymentArgs {
        DeploymentArgs {
            region: Some("eu-west-1".to_owned()),
            profile: Some("ops".to_owned()),
            ..DeploymentArgs::default()
        }
    }

    #[test]
    fn the_outputs_of_a_stack_become_the_settings() {
        let outputs = cli(&stage()).outputs("aviary-prod").unwrap();
        let environment = names("aviary-prod", &outputs).unwrap();
        assert_eq!(environment["AVIARY_ACCOUNTS_TABLE"], "p-Accounts");
        assert_eq!(environment["AVIARY_CREDENTIALS_TABLE"], "p-Credentials");
        assert_eq!(environment["AVIARY_SOCIAL_TABLE"], "p-Social");
        assert_eq!(environment["AVIARY_AUDIT_LOG_GROUP"], "/aviary/prod/audit");
        let error = names("other", &Outputs::new()).unwrap_err().to_string();
        assert_eq!(error, "the stack other has no output `AccountsTableName`");
    }

    #[test]
    fn credentials_of_a_profile_replace_an_old_session() {
        let environment = cli(&stage()).credentials().unwrap();
        assert_eq!(environment["AWS_ACCESS_KEY_ID"], "AK");
        assert_eq!(environment["AWS_SECRET_ACCESS_KEY"], "SK");
        assert_eq!(environment["AWS_SESSION_TOKEN"], "");
    }

    #[test]
    fn the_clis_error_is_passed_on() {
        let stage = stage();
        let error = cli(&stage).outputs("other").unwrap_err().to_string();
        assert_eq!(error, "`aws cloudformation describe-stacks` failed: Stack with that id does not exist");
        assert_eq!(cli(&stage).region().unwrap_err().to_string(), "the region is not known; name it with --region");
    }

    #[test]
    fn tables_by_hand_are_taken_as_they_are() {
        let deployment = DeploymentArgs {
            accounts_table: Some("a".to_owned()),
            credentials_table: Some("c".to_owned()),
            social_table: Some("s".to_owned()),
            feed_table: Some("f".to_owned()),
            ..DeploymentArgs::default()
        };
        let environment = by_hand(&deployment);
        assert_eq!(environment.len(), 4, "no audit trail");
        assert_eq!(environment["AVIARY_CREDENTIALS_TABLE"], "c");
        assert_eq!(environment["AVIARY_FEED_TABLE"], "f");
    }
}
