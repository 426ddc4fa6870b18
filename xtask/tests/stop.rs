//! A task that is told to stop leaves no process behind. The whole program runs, with scripts in place of cargo,
//! cargo-lambda, the local AWS and the functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use xtask::{local, process::ProcessTree, workspace::Workspace};

const SOON: Duration = Duration::from_secs(30);

/// A workspace whose programs are shell scripts that write their process ids into a file.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(cargo: &str) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        fs::create_dir_all(stage.path("xtask")).unwrap();
        fs::create_dir_all(stage.path("target/debug")).unwrap();
        fs::create_dir_all(stage.path("bin")).unwrap();
        for file in ["template.yaml", "Cargo.toml"] {
            fs::copy(root.join(file), stage.path(file)).unwrap();
        }
        let metadata = format!("{{\"target_directory\":\"{}\"}}", stage.path("target").display());
        stage.script("bin/cargo", &format!("if [ \"$1\" = metadata ]; then echo '{metadata}'; exit; fi\n{cargo}"));
        stage.script("bin/cargo-lambda", "if [ \"$2\" = --version ]; then echo cargo-lambda 1.9.2; exit; fi\nexit 1");
        // A function that is asked for the first answer and never gives one.
        for function in local::function_names(&Workspace::locate().unwrap()).unwrap() {
            stage.script(&format!("target/debug/{function}"), "note; background & background & wait");
        }
        stage.script(
            "target/debug/localaws",
            "note; background &\necho '{\"ready\":true,\"dynamodb\":\"http://127.0.0.1:1\",\"aws\":\"http://127.0.0.1:2\"}'\nwait",
        );
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `note` records the script's process; `background` starts a child of it in a session of its own.
    fn script(&self, name: &str, body: &str) {
        let pids = self.path("pids");
        let own_session = if cfg!(target_os = "linux") { "setsid" } else { "" };
        let text = format!(
            "#!/bin/sh\nnote() {{ echo $$ >> {pids}; }}\nbackground() {{ {own_session} sh -c 'echo $$ >> {pids}; sleep 1000'; }}\n{body}\n",
            pids = pids.display()
        );
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn start(&self) -> Child {
        let path = format!("{}:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", self.path("bin").display());
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("test")
            .env("PATH", path)
            .env("CARGO", self.path("bin/cargo"))
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The processes that the scripts recorded, once there are `count` of them.
    fn noted(&self, count: usize, task: &mut Child) -> Vec<i32> {
        let give_up_at = Instant::now() + SOON;
        loop {
            let text = fs::read_to_string(self.path("pids")).unwrap_or_default();
            let pids: Vec<i32> = text.lines().map(|line| line.parse().unwrap()).collect();
            if pids.len() >= count {
                return pids;
            }
            let ended = task.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < give_up_at, "{pids:?} {ended:?} {}", said(task));
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn said(task: &mut Child) -> String {
    use std::io::Read;
    let _ = task.kill();
    let mut text = String::new();
    if let Some(mut stderr) = task.stderr.take() {
        let _ = stderr.read_to_string(&mut text);
    }
    text
}

fn signal(task: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(task.id()).unwrap()), signal).unwrap();
}

fn assert_all_ended(pids: &[i32]) {
    for pid in pids {
        assert_eq!(ProcessTree::of(*pid).refresh().unwrap(), [], "process {pid} is alive");
    }
}

#[test]
fn a_signal_stops_all_parts_and_their_descendants() {
    for number in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let stage = Stage::new("exit 0");
        let mut task = stage.start();
        let pids = stage.noted(5, &mut task);
        signal(&task, number);
        assert_eq!(task.wait().unwrap().code(), Some(130), "{number}");
        assert_all_ended(&pids);
    }
}

#[test]
fn no_process_remains_when_the_output_is_closed() {
    let stage = Stage::new("exit 0");
    let mut task = stage.start();
    drop((task.stdout.take(), task.stderr.take()));
    let pids = stage.noted(5, &mut task);
    signal(&task, Signal::SIGTERM);
    assert_eq!(task.wait().unwrap().code(), Some(130));
    assert_all_ended(&pids);
}

#[test]
fn a_signal_stops_a_build_and_its_descendants() {
    let stage = Stage::new("if [ \"$1\" = build ]; then note; background & background & wait; fi");
    let mut task = stage.start();
    let pids = stage.noted(3, &mut task);
    signal(&task, Signal::SIGTERM);
    assert_eq!(task.wait().unwrap().code(), Some(130));
    assert_all_ended(&pids);
}

#[test]
fn a_dying_part_stops_the_others_and_orphans() {
    let stage = Stage::new("exit 0");
    let mut task = stage.start();
    let pids = stage.noted(5, &mut task);
    // The first is the local AWS or its child, whichever wrote first. This test needs the parent.
    let local_aws = pids.iter().find(|pid| ProcessTree::of(**pid).refresh().unwrap().len() > 2).copied();
    kill(Pid::from_raw(local_aws.unwrap()), Signal::SIGKILL).unwrap();
    assert_eq!(task.wait().unwrap().code(), Some(1));
    let text = said(&mut task);
    assert!(text.contains("has stopped"), "{text}");
    if cfg!(target_os = "linux") {
        assert_all_ended(&pids);
    }
}

#[test]
fn a_failed_build_is_one_clear_sentence() {
    let stage = Stage::new("if [ \"$1\" = build ]; then exit 101; fi");
    let mut task = stage.start();
    assert_eq!(task.wait().unwrap().code(), Some(1));
    let text = said(&mut task);
    assert!(text.ends_with("Error: the build failed; cargo says why above.\n"), "{text}");
}
