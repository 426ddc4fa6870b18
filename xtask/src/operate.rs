//! `cargo xtask staff`, `import-django`, `migrate`, `recount` and `sweep-media`. They find the deployment and start the
//! program `operate`, so that xtask is not linked with the AWS SDK.

mod deployed;
mod variables;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path,
};

use anyhow::{Context, Result, ensure};
use aviary_template::{Storage, Template};

use crate::{
    cli::{DeploymentArgs, ImportDjangoArgs, MigrateArgs, RecountArgs, SeedArgs, StaffArgs, SweepMediaArgs},
    console, local,
    process::Supervisor,
    run::{AWS_PORT, DYNAMODB_PORT},
    seed,
    workspace::Workspace,
};

use variables::{AUDIT, BUCKET, Environment, NAMES};

/// The program has printed why it failed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the task has failed")]
pub struct AlreadySaid;

/// Makes a user staff, or no longer staff.
pub fn staff(workspace: &Workspace, supervisor: &mut Supervisor, args: &StaffArgs) -> Result<()> {
    let mut arguments: Vec<OsString> = vec!["staff".into()];
    if args.remove {
        arguments.push("--remove".into());
    }
    // A name may begin with a hyphen.
    arguments.extend(["--".into(), args.name.clone().into()]);
    operate(workspace, supervisor, &args.deployment, &arguments)
}

/// Makes the best known person of a seeded world staff, so that somebody can see the administration.
pub fn first_staff(workspace: &Workspace, supervisor: &mut Supervisor, args: &SeedArgs) -> Result<()> {
    let environment = served_here(workspace, &DeploymentArgs::default())?;
    build(workspace, supervisor)?;
    first_staff_in(workspace, supervisor, args, environment)
}

/// The same in the deployment on this machine that the environment names, by the program that is built.
pub fn first_staff_in(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    args: &SeedArgs,
    environment: BTreeMap<String, String>,
) -> Result<()> {
    let Some(name) = seed::best_known(args) else { return Ok(()) };
    let mut command = workspace.command(workspace.binary("operate", false));
    local::forget_foreign_settings(&mut command);
    command.args(["staff", "--", &name]).envs(environment);
    if !supervisor.run(&mut command)?.success() {
        return Err(AlreadySaid.into());
    }
    let api = args.url.trim_end_matches('/');
    console::say(&format!("The administration is at {api}/admin/ for {name}, with the same password."));
    Ok(())
}

/// Imports the users of a Django project.
pub fn import_django(workspace: &Workspace, supervisor: &mut Supervisor, args: &ImportDjangoArgs) -> Result<()> {
    // The program runs in the repository's folder, but the path is relative to the caller's.
    let file = path::absolute(&args.file).context("the file's path is empty")?;
    ensure!(file.is_file(), "there is no file {}", file.display());
    operate(workspace, supervisor, &args.deployment, &["import-django".into(), "--".into(), file.into()])
}

/// Rewrites items that an earlier version of the service wrote.
pub fn migrate(workspace: &Workspace, supervisor: &mut Supervisor, args: &MigrateArgs) -> Result<()> {
    let mut arguments: Vec<OsString> = vec!["migrate".into()];
    if args.check {
        arguments.push("--check".into());
    }
    operate(workspace, supervisor, &args.deployment, &arguments)
}

/// Compares counters with the items that they count.
pub fn recount(workspace: &Workspace, supervisor: &mut Supervisor, args: &RecountArgs) -> Result<()> {
    let mut arguments: Vec<OsString> = vec!["recount".into(), "--pause".into(), args.pause.to_string().into()];
    if args.repair {
        arguments.push("--repair".into());
    }
    operate(workspace, supervisor, &args.deployment, &arguments)
}

/// Compares the counters of a stack on a local AWS that a task has started, with the SDK's variables for it.
pub fn recount_with(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    stack: &str,
    settings: Environment,
    release: bool,
) -> Result<()> {
    let mut environment = names(&Template::load(workspace.template())?.storage(&local::settings(stack))?)?;
    environment.extend(settings);
    let mut command = workspace.command(workspace.binary("operate", release));
    local::forget_foreign_settings(&mut command);
    command.args(["recount", "--pause", "5"]).envs(environment);
    if supervisor.run(&mut command)?.success() { Ok(()) } else { Err(AlreadySaid.into()) }
}

/// Compares the media in the bucket with the items that name them.
pub fn sweep_media(workspace: &Workspace, supervisor: &mut Supervisor, args: &SweepMediaArgs) -> Result<()> {
    let mut arguments: Vec<OsString> = vec!["sweep-media".into(), "--pause".into(), args.pause.to_string().into()];
    if args.repair {
        arguments.push("--repair".into());
    }
    operate(workspace, supervisor, &args.deployment, &arguments)
}

fn operate(
    workspace: &Workspace,
    supervisor: &mut Supervisor,
    deployment: &DeploymentArgs,
    arguments: &[OsString],
) -> Result<()> {
    let local = deployment.stack.is_none() && deployment.accounts_table.is_none();
    let environment = if local { served_here(workspace, deployment)? } else { deployed::environment(deployment)? };
    if !environment.contains_key(AUDIT.0) {
        console::warn("Note: the log group of the audit trail is not known, so nothing is written there.");
    }
    build(workspace, supervisor)?;
    let mut command = workspace.command(workspace.binary("operate", false));
    if local {
        local::forget_foreign_settings(&mut command);
    } else {
        deployed::forget_settings(&mut command);
    }
    command.args(arguments).envs(environment);
    if supervisor.run(&mut command)?.success() { Ok(()) } else { Err(AlreadySaid.into()) }
}

/// Without `-p`, so that the features are those of the whole workspace.
fn build(workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["build", "--quiet", "--bin", "operate"]);
    ensure!(supervisor.run(&mut command)?.success(), "the build failed; cargo says why above");
    Ok(())
}

/// The environment for the service that `cargo xtask run` serves.
fn served_here(workspace: &Workspace, deployment: &DeploymentArgs) -> Result<Environment> {
    ensure!(
        deployment.region.is_none() && deployment.profile.is_none(),
        "--region and --profile belong to a deployed stage; name it with --stack"
    );
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, DYNAMODB_PORT));
    ensure!(
        TcpStream::connect(address).is_ok(),
        "the local service is not running (nothing listens on port {DYNAMODB_PORT}); start it with `cargo xtask run`, or name a deployed stage with --stack"
    );
    let storage = Template::load(workspace.template())?.storage(&local::settings(local::STACK))?;
    let mut environment = names(&storage)?;
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    environment.extend(local::local_aws(&url(DYNAMODB_PORT), &url(AWS_PORT)));
    Ok(environment)
}

fn names(storage: &Storage) -> Result<Environment> {
    let mut environment = Environment::new();
    for (variable, id) in NAMES {
        let table = storage.tables.iter().find(|table| table.logical_id == id);
        let table = table.with_context(|| format!("template.yaml has no table `{id}`"))?;
        environment.insert(variable.to_owned(), table.name.clone());
    }
    let bucket = storage.buckets.iter().find(|bucket| bucket.logical_id == BUCKET.1);
    environment.extend(bucket.map(|bucket| (BUCKET.0.to_owned(), bucket.name.clone())));
    let group = storage.log_groups.iter().find(|group| group.logical_id == AUDIT.1);
    environment.extend(group.map(|group| (AUDIT.0.to_owned(), group.name.clone())));
    Ok(environment)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn the_local_tables_are_found_in_the_template() {
        let workspace = Workspace::locate().unwrap();
        let storage = Template::load(workspace.template()).unwrap().storage(&local::settings("birds")).unwrap();
        let environment = names(&storage).unwrap();
        assert_eq!(environment["AVIARY_ACCOUNTS_TABLE"], "birds-AccountsTable");
        assert_eq!(environment["AVIARY_SOCIAL_TABLE"], "birds-SocialTable");
        let without = Storage { tables: Vec::new(), ..storage };
        assert!(names(&without).unwrap_err().to_string().contains("AccountsTable"));
    }
}
