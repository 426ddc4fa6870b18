//! `cargo lambda watch`: the files that it reads and how it is called.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use aviary_template::Function;

use super::{
    plan::Plan,
    routes::{LocalRoute, local_routes},
};
use crate::{shell::quoted, tools::cargo_lambda, workspace::Workspace};

/// Settings of cargo-lambda: the routes.
const CONFIG: &str = "CargoLambda.toml";
/// The environment of all functions.
const ENVIRONMENT: &str = "local.env";

/// A call of `cargo lambda watch` that serves the functions of a plan.
#[derive(Clone, Debug)]
pub struct Watch {
    root: PathBuf,
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl Watch {
    /// Writes the two files into the plan's folder, over those of an earlier start.
    pub(super) fn prepare(
        workspace: &Workspace,
        cargo_lambda: &Path,
        plan: &Plan,
        functions: &[Function],
        environment: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let (config, env_file) = (plan.files.join(CONFIG), plan.files.join(ENVIRONMENT));
        fs::create_dir_all(&plan.files).with_context(|| format!("cannot make {}", plan.files.display()))?;
        write(&config, &config_text(&local_routes(functions)?)?)?;
        write(&env_file, &environment_text(environment)?)?;
        let mut arguments: Vec<OsString> = ["lambda", "watch", "--global"].map(OsString::from).into();
        // Relative paths, because people read and paste them.
        let relative = |path: &Path| path.strip_prefix(workspace.root()).unwrap_or(path).as_os_str().to_owned();
        arguments.extend([relative(&config), "--env-file".into(), relative(&env_file)]);
        // The functions answer preflight requests themselves. Only this machine may call them.
        arguments.extend(["--disable-cors", "-A", "127.0.0.1", "-P", &plan.api_port.to_string()].map(OsString::from));
        if plan.release {
            arguments.push("--release".into());
        }
        if !plan.reload {
            arguments.push("--ignore-changes".into());
        }
        if let Some(tls) = &plan.tls {
            let (certificate, key) = (relative(&tls.certificate), relative(&tls.key));
            arguments.extend(["--tls-cert".into(), certificate, "--tls-key".into(), key]);
        }
        Ok(Self { root: workspace.root().to_owned(), program: cargo_lambda.to_owned(), arguments })
    }

    /// The folder in which [`Watch::line`] has to be started.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// The call as a line for a shell.
    pub fn line(&self) -> String {
        let arguments = self.arguments.iter().skip(1).map(|argument| quoted(&argument.to_string_lossy()));
        [cargo_lambda::invocation(&self.program)].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn config_text(routes: &[LocalRoute]) -> Result<String> {
    let mut text = "# Written by `cargo xtask run` from the events in template.yaml.\n".to_owned();
    for LocalRoute { path, methods, function } in routes {
        // A JSON string or list is one in TOML too.
        text.push_str(&format!("\n[[watch.router]]\npath = {}\n", serde_json::to_string(path)?));
        if !methods.is_empty() {
            text.push_str(&format!("methods = {}\n", serde_json::to_string(methods)?));
        }
        text.push_str(&format!("function = {}\n", serde_json::to_string(function)?));
    }
    Ok(text)
}

/// `NAME='value'` on each line. In single quotes cargo-lambda and a shell read every other character as it is.
fn environment_text(environment: &BTreeMap<String, String>) -> Result<String> {
    let mut text = "# Written by `cargo xtask run` for `cargo lambda watch`.\n".to_owned();
    for (name, value) in environment {
        ensure!(
            !value.contains(['\'', '\n', '\r']),
            "the value of {name} has a quote or a line break, which no environment file can hold"
        );
        text.push_str(&format!("{name}='{value}'\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn route(path: &str, methods: &[&str]) -> LocalRoute {
        LocalRoute {
            path: path.to_owned(),
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
            function: "auth".to_owned(),
        }
    }

    #[test]
    fn the_file_of_settings_has_each_route() {
        let text = config_text(&[route("/a/{*proxy}", &[]), route("/b", &["GET", "HEAD"])]).unwrap();
        assert!(text.contains("\n[[watch.router]]\npath = \"/a/{*proxy}\"\nfunction = \"auth\"\n"), "{text}");
        assert!(text.ends_with("path = \"/b\"\nmethods = [\"GET\",\"HEAD\"]\nfunction = \"auth\"\n"), "{text}");
    }

    #[test]
    fn the_environment_file_quotes_values_or_refuses_them() {
        let with = |value: &str| environment_text(&[("A".to_owned(), value.to_owned())].into());
        assert!(with("a=1/2,b $HOME \"#\"").unwrap().ends_with("\nA='a=1/2,b $HOME \"#\"'\n"));
        assert!(with("").unwrap().ends_with("\nA=''\n"));
        for value in ["it's", "two\nlines"] {
            assert!(with(value).unwrap_err().to_string().contains('A'));
        }
    }
}
