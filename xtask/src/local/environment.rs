use std::{collections::BTreeMap, env, process::Command};

use anyhow::{Result, bail};
use aviary_template::Function;

use super::REGION;
use crate::cli::PasswordPolicy;

/// Values that differ on this machine from what the template says.
pub(super) fn overrides(api_url: &str, media_url: &str, password_policy: PasswordPolicy) -> BTreeMap<String, String> {
    [
        // The local server says neither whether a request came by TLS nor for which host.
        ("AVIARY_PUBLIC_URL", api_url),
        ("AVIARY_MEDIA_URL", media_url),
        // The local server hands the path on as it came, API Gateway decodes it.
        ("AVIARY_RAW_PATH", "encoded"),
        ("AVIARY_CORS_ORIGINS", "*"),
        ("AVIARY_PASSWORD_POLICY", password_policy.as_str()),
        // The local server knows one address; what is counted per account counts here too.
        ("AVIARY_LIMITS", "login_address=100000/300,signup_address=100000/3600,reset_address=100000/3600"),
        ("AVIARY_MAIL_FROM", "aviary@localhost.localdomain"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// Where the SDK finds the local AWS, and credentials that only this knows and that may do all. A function gets an access
/// key of its own over these: from Cargo.toml, or from whoever starts its process.
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

/// One environment for all functions, since they all inherit that of the local server.
pub(super) fn union(functions: &[Function]) -> Result<BTreeMap<String, String>> {
    let mut union: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in functions.iter().flat_map(|function| &function.environment) {
        match union.get(name) {
            Some(other) if other != value => bail!(
                "template.yaml gives {name} two values (`{other}` and `{value}`), and the local server has one environment for all functions"
            ),
            _ => union.insert(name.clone(), value.clone()),
        };
    }
    // Not a variable of every function in the template, but here every function must know it.
    union.entry("AVIARY_RAW_PATH".to_owned()).or_insert_with(|| "encoded".to_owned());
    Ok(union)
}

/// Removes the caller's own AWS account and Aviary settings from a command's environment: nothing local may reach the one or be changed by the other.
pub fn forget_foreign_settings(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AWS_") || text.starts_with("AVIARY_") {
            command.env_remove(&name);
        }
    }
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
    fn the_functions_environments_are_united() {
        let union =
            union(&[function("a", &[("X", "1"), ("Y", "2")]), function("b", &[("X", "1"), ("Z", "3")])]).unwrap();
        assert_eq!((union["X"].as_str(), union["Y"].as_str(), union["Z"].as_str()), ("1", "2", "3"));
        assert_eq!(union["AVIARY_RAW_PATH"], "encoded");
    }

    #[test]
    fn two_values_of_one_variable_are_refused() {
        let error = union(&[function("a", &[("X", "1")]), function("b", &[("X", "2")])]).unwrap_err();
        assert!(error.to_string().contains('X'));
    }
}
