//! Environment variables of functions and of programs on this machine.

use std::{collections::BTreeMap, env, process::Command};

use anyhow::{Result, bail};
use aviary_template::{Function, local_access_key};

use super::plan::{Plan, REGION};

/// The limits per address, raised. Those per account stay.
const LIMITS: &str = "login_address=100000/300,signup_address=100000/3600,reset_address=100000/3600,\
    search_address=100000/60,read_units_address=100000000/60";

/// What every function needs here, also where the template does not have it.
const ON_THIS_MACHINE: [(&str, &str); 1] = [
    // Front-ends under development, whose pages use cookies. The template has no such setting.
    ("AVIARY_LOCAL_ORIGINS", "true"),
];

/// Variables whose value on this machine differs from the template's.
pub(super) fn overrides(plan: &Plan, media_url: &str) -> BTreeMap<String, String> {
    let confirm_address = plan.confirm_address.to_string();
    [
        // `cargo lambda watch` passes on neither the scheme nor the host of a request.
        ("AVIARY_PUBLIC_URL", plan.api_url().as_str()),
        ("AVIARY_MEDIA_URL", media_url),
        ("AVIARY_CORS_ORIGINS", "*"),
        ("AVIARY_PASSWORD_POLICY", plan.password_policy.as_str()),
        ("AVIARY_CONFIRM_ADDRESS", confirm_address.as_str()),
        // All requests come from this machine.
        ("AVIARY_LIMITS", LIMITS),
        ("AVIARY_MAIL_FROM", "aviary@localhost.localdomain"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// The SDK's variables for the local AWS, with the access key that has all rights. A function gets an access key of its
/// own: from its Cargo.toml, or from the task that starts its process.
pub fn local_aws(dynamodb: &str, aws: &str) -> BTreeMap<String, String> {
    [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local-secret"),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
        ("AWS_ENDPOINT_URL_S3", aws),
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", aws),
        ("AWS_ENDPOINT_URL_SESV2", aws),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// The environment of one function, with the access key of its role.
pub(super) fn of(function: &Function, dynamodb: &str, aws: &str) -> BTreeMap<String, String> {
    let mut environment = on_this_machine(function.environment.clone());
    environment.extend(local_aws(dynamodb, aws));
    environment.insert("AWS_ACCESS_KEY_ID".to_owned(), local_access_key(&function.binary));
    environment
}

/// One environment for all functions, because `cargo lambda watch` gives them all the same.
pub(super) fn of_all(functions: &[Function], dynamodb: &str, aws: &str) -> Result<BTreeMap<String, String>> {
    let mut environment = on_this_machine(union(functions)?);
    environment.extend(local_aws(dynamodb, aws));
    // `cargo lambda watch` passes the path on as it was sent; API Gateway and the front decode it.
    environment.insert("AVIARY_RAW_PATH".to_owned(), "encoded".to_owned());
    // Each function's own key is in its Cargo.toml. A function without one has no rights (instead of all).
    environment.insert("AWS_ACCESS_KEY_ID".to_owned(), "local-nobody".to_owned());
    // A developer's own settings must not apply. An empty variable counts as absent.
    for name in ["AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"] {
        environment.insert(name.to_owned(), String::new());
    }
    Ok(environment)
}

fn union(functions: &[Function]) -> Result<BTreeMap<String, String>> {
    let mut union: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in functions.iter().flat_map(|function| &function.environment) {
        match union.get(name) {
            Some(other) if other != value => bail!(
                "template.yaml gives {name} two values (`{other}` and `{value}`), and `cargo lambda watch` has one environment for all functions"
            ),
            _ => union.insert(name.clone(), value.clone()),
        };
    }
    Ok(union)
}

fn on_this_machine(mut environment: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (name, value) in ON_THIS_MACHINE {
        environment.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    environment
}

/// Removes the caller's AWS and Aviary variables from a command's environment: nothing local may use a real AWS account
/// or a caller's settings.
pub fn forget_foreign_settings(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AWS_") || text.starts_with("AVIARY_") {
            command.env_remove(&name);
        }
    }
}

/// The command after [`forget_foreign_settings`].
pub fn isolated(mut command: Command) -> Command {
    forget_foreign_settings(&mut command);
    command
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn function(binary: &str, environment: &[(&str, &str)]) -> Function {
        Function {
            logical_id: binary.to_owned(),
            binary: binary.to_owned(),
            environment: environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..Function::default()
        }
    }

    #[test]
    fn only_a_local_service_lists_the_origins_of_its_machine() {
        let template = include_str!("../../../template.yaml");
        assert!(!template.contains("LOCAL_ORIGINS"), "pages of a user's own machine would be trusted on AWS");
        assert_eq!(of(&function("a", &[]), "http://d", "http://a")["AVIARY_LOCAL_ORIGINS"], "true");
        assert_eq!(of_all(&[function("a", &[])], "http://d", "http://a").unwrap()["AVIARY_LOCAL_ORIGINS"], "true");
    }

    #[test]
    fn the_functions_environments_are_united() {
        let union =
            union(&[function("a", &[("X", "1"), ("Y", "2")]), function("b", &[("X", "1"), ("Z", "3")])]).unwrap();
        assert_eq!((union["X"].as_str(), union["Y"].as_str(), union["Z"].as_str()), ("1", "2", "3"));
    }

    #[test]
    fn paths_are_encoded_for_cargo_lambda_alone_and_each_function_has_its_own_key() {
        let auth = function("auth", &[("AVIARY_RAW_PATH", "decoded")]);
        let (own, all) = (of(&auth, "http://d", "http://a"), of_all(&[auth], "http://d", "http://a").unwrap());
        assert_eq!((own["AVIARY_RAW_PATH"].as_str(), own["AWS_ACCESS_KEY_ID"].as_str()), ("decoded", "local-auth"));
        assert_eq!((all["AVIARY_RAW_PATH"].as_str(), all["AWS_ACCESS_KEY_ID"].as_str()), ("encoded", "local-nobody"));
    }

    #[test]
    fn two_values_of_one_variable_are_refused() {
        let error = union(&[function("a", &[("X", "1")]), function("b", &[("X", "2")])]).unwrap_err();
        assert!(error.to_string().contains('X'));
    }
}
