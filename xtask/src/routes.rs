//! What `cargo lambda watch` reads in Cargo.toml, written from template.yaml: the routes from the events, and each
//! function's access key.

mod callers;
mod manifest;
mod table;

use std::fs;

use anyhow::{Context, Result, bail};
use aviary_template::{Settings, Stack, Template};

use crate::{console, local, workspace::Workspace};

pub use callers::with_callers;
pub use manifest::with_routes;
pub use table::{LocalRoute, local_routes};

/// Writes the routes, or with `check` only compares them.
pub fn routes(workspace: &Workspace, check: bool) -> Result<()> {
    let (before, after) = manifests(workspace)?;
    if before == after {
        console::say("The routes in Cargo.toml are those of template.yaml.");
    } else if check {
        bail!("the routes in Cargo.toml differ from template.yaml; `cargo xtask routes` writes them");
    } else {
        fs::write(workspace.manifest(), after).context("cannot write Cargo.toml")?;
        console::say("Cargo.toml now has the routes of template.yaml.");
    }
    Ok(())
}

/// Whether Cargo.toml has the template's routes.
pub fn are_current(workspace: &Workspace) -> Result<bool> {
    let (before, after) = manifests(workspace)?;
    Ok(before == after)
}

fn manifests(workspace: &Workspace) -> Result<(String, String)> {
    let stack = resolve(workspace)?;
    let before = fs::read_to_string(workspace.manifest()).context("cannot read Cargo.toml")?;
    let functions: Vec<_> = stack.functions.iter().map(|function| function.binary.as_str()).collect();
    let after = with_callers(&with_routes(&before, &local_routes(&stack.functions)?)?, &functions)?;
    Ok((before, after))
}

fn resolve(workspace: &Workspace) -> Result<Stack> {
    Ok(Template::load(workspace.template())?.resolve(&settings())?)
}

/// Settings for reading what the template says of functions, but for addresses that are known only when they run.
pub fn settings() -> Settings {
    let overrides = [("AVIARY_MEDIA_URL".to_owned(), String::new())].into();
    Settings { overrides, ..local::settings(local::STACK) }
}
