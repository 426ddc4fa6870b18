//! The peer's process: gunicorn with one worker that serves Django.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use super::request;
use crate::{
    bench::{context::Context, operation::Operation, usage},
    console,
    process::{Event, Lines, PartPlan, Supervisor},
    tools::django,
    workspace::Workspace,
};

const PATIENCE: Duration = Duration::from_secs(60);
/// Before the line's own text stands a time, a process id and this.
const INFORMATION: &str = "[INFO]";

/// The running peer.
#[derive(Debug)]
pub(super) struct Peer {
    url: String,
    main: u32,
    /// The process that answers requests.
    worker: u32,
    agent: ureq::Agent,
}

impl Peer {
    /// Makes a database in `folder` and starts the server on a free port.
    pub(super) fn start(context: &mut Context<'_>, programs: &Path, folder: &Path) -> Result<Self> {
        let database = folder.join("django.sqlite3");
        let mut migrate = command(context.workspace, programs, "python");
        migrate.args(["-m", "django", "migrate", "--verbosity=0"]).env("PEER_DATABASE", &database);
        ensure!(context.supervisor.run(&mut migrate)?.success(), "Django cannot make its database; it says why above");

        let mut server = command(context.workspace, programs, "gunicorn");
        // One synchronous worker, which takes a connection per request, is gunicorn's default. The control socket would
        // be a file in the home directory.
        server.args(["--workers=1", "--bind=127.0.0.1:0", "--no-control-socket", "wsgi"]);
        server.env("PEER_DATABASE", &database);
        let (out, err) = (reading(context.supervisor), reading(context.supervisor));
        let part = PartPlan { name: "gunicorn", grace: Duration::from_secs(5), out, err };
        let main = context.supervisor.start(part, &mut server)?;
        let (url, worker) = wait(context.supervisor)?;
        // A timeout of the whole request would start a thread for each, which takes caches from the measured process.
        let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_recv_response(Some(PATIENCE));
        Ok(Self { url, main, worker, agent: agent.build().into() })
    }

    /// Sends the request of an operation and returns the body of the answer. Another status than the expected one is an
    /// error.
    pub(super) fn answer(&self, context: &mut Context<'_>, operation: &Operation, number: u32) -> Result<String> {
        context.supervisor.check()?;
        let request = request::of_event(&(operation.event)(number), &self.url)?;
        // A request without a body must not claim to have one.
        let answer =
            if request.body().is_empty() { self.agent.run(request.map(|_| ())) } else { self.agent.run(request) };
        let mut answer = answer.with_context(|| format!("Django does not answer {}", operation.name))?;
        let status = u64::from(answer.status().as_u16());
        let body = answer.body_mut().read_to_string().context("Django's answer broke off")?;
        ensure!(
            Some(status) == operation.status,
            "Django answered {status} to {}: {}",
            operation.name,
            body.chars().take(500).collect::<String>()
        );
        Ok(body)
    }

    /// CPU of one request of an operation, after a warm-up.
    pub(super) fn cpu(&self, context: &mut Context<'_>, operation: &Operation, requests: u32) -> Result<Duration> {
        let (warm_up, requests) = operation.repeats(requests);
        for number in 0..warm_up {
            self.answer(context, operation, number)?;
        }
        let before = usage::cpu(self.worker)?;
        for number in warm_up..warm_up + requests {
            self.answer(context, operation, number)?;
        }
        Ok(usage::cpu(self.worker)?.saturating_sub(before) / requests)
    }

    /// Ends its processes.
    pub(super) fn stop(self, context: &mut Context<'_>) -> Result<()> {
        context.supervisor.stop_part(self.main)
    }
}

/// What the peer consists of, and how it hashes passwords.
pub(super) fn about(workspace: &Workspace, programs: &Path) -> Result<String> {
    let mut about = command(workspace, programs, "python");
    let output = about.arg("about.py").env("PEER_DATABASE", "").stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "Django does not say its version");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A program of the peer, in the folder of its settings. It leaves nothing there.
fn command(workspace: &Workspace, programs: &Path, name: &str) -> Command {
    let mut command = workspace.command(programs.join(name));
    command.current_dir(django::settings(workspace)).env("DJANGO_SETTINGS_MODULE", "settings");
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    for foreign in ["GUNICORN_CMD_ARGS", "PYTHONHOME", "PYTHONPATH", "WEB_CONCURRENCY"] {
        command.env_remove(foreign);
    }
    command
}

/// Hands lines to the supervisor. What is not information is shown.
fn reading(supervisor: &Supervisor) -> Lines {
    let sender = supervisor.sender();
    Box::new(move |line| {
        if !line.contains(INFORMATION) {
            console::warn(line);
        }
        let _ = sender.send(Event::Line(line.to_owned()));
    })
}

/// Waits until the server has said where it listens and which process its worker is. The first request then waits for
/// the worker.
fn wait(supervisor: &mut Supervisor) -> Result<(String, u32)> {
    let deadline = Instant::now() + PATIENCE;
    let (mut url, mut worker) = (None, None);
    loop {
        match supervisor.next(Some(deadline))? {
            Some(Event::Line(line)) => {
                url = url.or_else(|| parse_url(&line));
                worker = worker.or_else(|| parse_worker(&line));
            }
            Some(_) => {}
            None => bail!("gunicorn was not ready within {} seconds", PATIENCE.as_secs()),
        }
        if let (Some(url), Some(worker)) = (&url, worker) {
            return Ok((String::clone(url), worker));
        }
    }
}

fn parse_url(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("Listening at: ")?;
    rest.split(' ').next().map(str::to_owned)
}

fn parse_worker(line: &str) -> Option<u32> {
    line.split_once("Booting worker with pid: ")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gunicorn_says_where_it_listens_and_which_process_answers() {
        let line = "[2026-11-30 12:00:00 +0000] [41] [INFO] Listening at: http://127.0.0.1:43819 (41)";
        assert_eq!((parse_url(line).as_deref(), parse_worker(line)), (Some("http://127.0.0.1:43819"), None));
        let line = "[2026-11-30 12:00:00 +0000] [43] [INFO] Booting worker with pid: 43";
        assert_eq!((parse_url(line), parse_worker(line)), (None, Some(43)));
    }
}
