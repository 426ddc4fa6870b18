//! `cargo xtask`: see `cargo xtask --help`.

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Parser;
use xtask::{
    bench,
    cli::{Cli, Task},
    console, endpoints, faults, load, openapi, operate,
    process::{Interrupted, ProcessTree, Supervisor},
    run, seed, smoke, test,
    workspace::Workspace,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    adopt_orphans();
    let result = perform(cli.task);
    let swept = sweep();
    match result.and(swept) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => {
            console::warn("Stopped; nothing is left running.");
            ExitCode::from(130)
        }
        Err(error) if error.is::<operate::AlreadySaid>() => ExitCode::FAILURE,
        Err(error) => {
            console::warn(&format!("Error: {error:#}."));
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    // Deployments run it without the repository's toolchain.
    if let Task::Smoke(args) = &task {
        return Ok(smoke::smoke(args).map(drop)?);
    }
    let workspace = Workspace::locate()?;
    match task {
        Task::Run(args) => run::run(&workspace, &mut Supervisor::new()?, &args),
        Task::Test(args) => test::test(&workspace, &mut Supervisor::new()?, &args),
        Task::Endpoints => endpoints::endpoints(&workspace, &mut Supervisor::new()?),
        Task::Openapi(args) => openapi::openapi(&workspace, &mut Supervisor::new()?, &args),
        Task::Bench(args) => bench::bench(&workspace, &mut Supervisor::new()?, &args),
        Task::Faults(args) => faults::faults(&workspace, &mut Supervisor::new()?, &args),
        Task::Load(args) => load::load(&workspace, &mut Supervisor::new()?, &args),
        Task::Staff(args) => operate::staff(&workspace, &mut Supervisor::new()?, &args),
        Task::Seed(args) => {
            seed::seed(&args)?;
            operate::first_staff(&workspace, &mut Supervisor::new()?, &args)
        }
        Task::Smoke(_) => Ok(()),
        Task::Migrate(args) => operate::migrate(&workspace, &mut Supervisor::new()?, &args),
        Task::SweepMedia(args) => operate::sweep_media(&workspace, &mut Supervisor::new()?, &args),
        Task::Recount(args) => operate::recount(&workspace, &mut Supervisor::new()?, &args),
        Task::ImportDjango(args) => operate::import_django(&workspace, &mut Supervisor::new()?, &args),
    }
}

/// Makes this process the parent of orphaned descendants, so that [`sweep`] finds them.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    {
        // If the kernel refuses, stopping each part's process tree still works.
        let _ = nix::sys::prctl::set_child_subreaper(true);
    }
}

/// Stops all processes that are still below this one.
fn sweep() -> Result<()> {
    let own = i32::try_from(std::process::id())?;
    ProcessTree::below(own).stop(Duration::from_secs(1))?;
    Ok(())
}
