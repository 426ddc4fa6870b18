//! The operator's program; `operate --help` lists its tasks.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aviary_media::Bucket;
use aviary_runtime::Settings;
use clap::Parser;
use operate::cli::{Cli, Task};
use operate::migrate::migrate;
use operate::operator::Operator;
use operate::recount::{Recounting, recount};
use operate::sweep_media::{SweepingMedia, sweep_media};
use operate::{django_dump, import, imported_user, staff};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match perform(Cli::parse().task).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "Error: {error:#}.");
            ExitCode::FAILURE
        }
    }
}

async fn perform(task: Task) -> Result<()> {
    aviary_telemetry::init("error")?;
    let (aws, settings) = (aviary_aws::sdk_config()?, Settings::from_environment()?);
    let operator = Operator::new(&aws, &settings)?;
    match task {
        Task::Staff { name, remove } => {
            let line = staff::set_staff(&operator, &name, !remove).await?;
            writeln!(io::stdout(), "{line}")?;
        }
        Task::Migrate { check } => {
            let done = migrate(&operator, check, &mut io::stdout()).await?;
            ensure!(done, "migrations are left; `cargo xtask migrate` runs them");
        }
        Task::ImportDjango { file } => import_django(&operator, &file).await?,
        Task::Recount { repair, pause } => recount_all(&operator, repair, pause).await?,
        Task::SweepMedia { repair, pause } => {
            let name = settings.required("AVIARY_MEDIA_BUCKET")?;
            // It makes no URL.
            let bucket = Bucket::connect(&aws, name, "");
            let sweeping = SweepingMedia { repair, pause: Duration::from_secs(pause.into()) };
            let summary = sweep_media(&operator, &bucket, sweeping, &mut io::stdout()).await?;
            writeln!(io::stdout(), "{summary}")?;
            ensure!(summary.is_right(), "objects and items do not fit; `--repair` removes objects that no item names");
        }
    }
    Ok(())
}

async fn recount_all(operator: &Operator, repair: bool, pause: u16) -> Result<()> {
    let recounting = Recounting { repair, pause: Duration::from_secs(pause.into()) };
    let summary = recount(operator, recounting, &mut io::stdout(), &mut io::stderr()).await?;
    writeln!(io::stdout(), "{summary}")?;
    let advice = if repair { "recount again, they changed meanwhile" } else { "`--repair` sets them" };
    ensure!(summary.is_right(), "{} counters are wrong; {advice}", summary.wrong - summary.repaired);
    Ok(())
}

async fn import_django(operator: &Operator, path: &Path) -> Result<()> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
    let dump = django_dump::read(BufReader::new(file)).with_context(|| format!("cannot import {shown}"))?;
    let users = imported_user::plan(dump.users);
    let summary = import::import(operator, users, &mut io::stdout(), &mut io::stderr()).await?;
    writeln!(io::stdout(), "{summary}")?;
    if dump.others > 0 {
        writeln!(io::stdout(), "Objects of other models left out: {}.", dump.others)?;
    }
    Ok(())
}
