//! Runs the tests with nextest, or with cargo itself.

use std::{
    io::IsTerminal,
    process::{Command, ExitStatus},
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, ensure};

use super::tally::Tally;
use crate::{
    console, local,
    process::{Lines, Supervisor},
    tools::find_on_path,
    workspace::Workspace,
};

/// Result of a test run.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// Numbers of tests by their result.
    pub(super) tally: Tally,
    /// The runner's closing line.
    pub(super) closing_line: String,
}

/// What happens to tests that are ignored unless asked for.
#[derive(Debug)]
pub(super) enum Ignored {
    /// They are left out.
    Skip,
    /// They run too, with these variables in their environment.
    Run(Vec<(&'static str, String)>),
}

/// A test runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// cargo-nextest, which is quicker.
    Nextest,
    /// cargo's own runner.
    Cargo,
}

impl Runner {
    /// nextest if it is installed.
    pub(super) fn find() -> Self {
        match find_on_path("cargo-nextest") {
            Some(_) => Self::Nextest,
            None => Self::Cargo,
        }
    }

    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nextest => "cargo nextest",
            Self::Cargo => "cargo test",
        }
    }

    /// Builds all tests without running them.
    pub(super) fn build(self, workspace: &Workspace, supervisor: &mut Supervisor) -> Result<()> {
        let mut command = self.command(workspace);
        command.args(["--workspace", "--no-run"]);
        ensure!(supervisor.run(&mut command)?.success(), "the tests do not build; cargo says why above");
        Ok(())
    }

    /// Runs all tests. Without further arguments that includes tests in the documentation.
    pub(super) fn run(
        self,
        workspace: &Workspace,
        supervisor: &mut Supervisor,
        environment: &[(&str, &str)],
        (args, ignored): (&[String], &Ignored),
    ) -> Result<Outcome> {
        let mut command = self.command(workspace);
        // Report all failures of a run, not only the first.
        command.args(["--workspace", "--no-fail-fast"]).envs(environment.iter().copied());
        if let Ignored::Run(needed) = ignored {
            command.envs(needed.iter().map(|(name, value)| (name, value)));
        }
        command.args(self.arguments(args, ignored));
        let mut outcome = counted(supervisor, command)?;
        // cargo's own runner includes them.
        if self == Self::Nextest && args.is_empty() {
            console::step("Tests in the documentation");
            let mut command = local::isolated(workspace.cargo());
            command.args(["test", "--workspace", "--doc", "--quiet"]).envs(environment.iter().copied());
            outcome.tally += counted(supervisor, command)?.tally;
        }
        Ok(outcome)
    }

    /// Runs the tests of one package.
    pub(super) fn run_package(
        self,
        workspace: &Workspace,
        supervisor: &mut Supervisor,
        environment: &[(&str, &str)],
        package: &str,
        args: &[String],
    ) -> Result<Outcome> {
        let mut command = self.command(workspace);
        match self {
            // A filter keeps the features of the whole workspace, and so the compiled dependencies.
            Self::Nextest => command.args(["--workspace", "-E", &format!("package({package})")]),
            Self::Cargo => command.args(["--package", package]),
        };
        command.args(args).envs(environment.iter().copied());
        counted(supervisor, command)
    }

    /// `args` with what runs the ignored tests too, if they are to run.
    fn arguments(self, args: &[String], ignored: &Ignored) -> Vec<String> {
        let more: &[&str] = match (self, ignored) {
            (_, Ignored::Skip) => &[],
            (Self::Nextest, _) => &["--run-ignored", "all"],
            (Self::Cargo, _) if args.iter().any(|arg| arg == "--") => &["--include-ignored"],
            (Self::Cargo, _) => &["--", "--include-ignored"],
        };
        match self {
            Self::Nextest => more.iter().map(ToString::to_string).chain(args.iter().cloned()).collect(),
            Self::Cargo => args.iter().cloned().chain(more.iter().map(ToString::to_string)).collect(),
        }
    }

    fn command(self, workspace: &Workspace) -> Command {
        let mut command = local::isolated(workspace.cargo());
        match self {
            Self::Nextest => command.args(["nextest", "run"]),
            Self::Cargo => command.arg("test"),
        };
        command
    }
}

/// Runs a test command, shows its output and counts the tests.
fn counted(supervisor: &mut Supervisor, mut command: Command) -> Result<Outcome> {
    if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let seen = Arc::new(Mutex::new(None));
    let status = supervisor.run_with_lines(&mut command, || counting(Arc::clone(&seen)))?;
    let outcome = seen.lock().map_or(None, |seen| (*seen).clone());
    judge(status, outcome.as_ref().map(|outcome: &Outcome| outcome.tally).unwrap_or_default())?;
    // No count is an error: it does not mean that no test failed.
    outcome.context("the test runner ended without saying how many tests it ran")
}

fn counting(seen: Arc<Mutex<Option<Outcome>>>) -> Lines {
    Box::new(move |line| {
        console::say(line);
        if let (Some(tally), Ok(mut seen)) = (Tally::of_line(line), seen.lock()) {
            let outcome = seen.get_or_insert_default();
            outcome.tally += tally;
            line.trim().clone_into(&mut outcome.closing_line);
        }
    })
}

fn judge(status: ExitStatus, tally: Tally) -> Result<()> {
    ensure!(tally.failed == 0, "{tally}; what failed is above");
    ensure!(status.success(), "the test runner failed ({status}); it says why above");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runner_is_told_about_ignored_tests_in_its_own_way() {
        let given = |args: &[&str]| args.iter().map(ToString::to_string).collect::<Vec<_>>();
        let all = Ignored::Run(Vec::new());
        assert_eq!(Runner::Nextest.arguments(&given(&["-E", "x", "--", "y"]), &all)[..2], ["--run-ignored", "all"]);
        assert_eq!(Runner::Cargo.arguments(&given(&["name"]), &all), ["name", "--", "--include-ignored"]);
        assert_eq!(Runner::Cargo.arguments(&given(&["--", "--exact"]), &all), ["--", "--exact", "--include-ignored"]);
        assert_eq!(Runner::Nextest.arguments(&given(&["name"]), &Ignored::Skip), ["name"]);
    }
}
