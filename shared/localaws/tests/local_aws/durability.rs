//! What was answered with success is there afterwards: after a kill under load, and on a full disk.

mod ledger;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::durability::ledger::{Kind, Ledger, Writer};
use crate::fixture::{BUCKET, template};
use crate::process::Process;

const WRITERS: usize = 4;
/// Answered writes before each kill.
const BEFORE_KILL: usize = 120;
const KILLS: usize = 3;

/// Writes with several clients at once until the process is killed in the middle of it.
async fn write_until_killed(process: &mut Process, run: usize) -> Ledger {
    let answered = Arc::new(AtomicUsize::new(0));
    let pid = Pid::from_raw(process.child.id().try_into().unwrap());
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let mut writer = Writer::new(process, &format!("{run}-{writer}")).await;
        let answered = answered.clone();
        writers.spawn(async move {
            let mut ledger = Ledger::default();
            loop {
                for kind in Kind::ALL {
                    if !writer.write(kind, &mut ledger).await {
                        return ledger;
                    }
                    // Others have writes under way then.
                    if answered.fetch_add(1, Ordering::SeqCst) + 1 == BEFORE_KILL {
                        kill(pid, Signal::SIGKILL).unwrap();
                    }
                }
            }
        });
    }
    let ledgers = writers.join_all().await;
    process.child.wait().unwrap();
    ledgers.into_iter().fold(Ledger::default(), Ledger::and)
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_under_load_lose_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    for run in 0..KILLS {
        let mut process = Process::start(folder.path());
        ledger = ledger.and(write_until_killed(&mut process, run).await);
        assert!(ledger.answered() >= BEFORE_KILL * (run + 1), "{} answered", ledger.answered());
    }
    ledger.assert_kept(&Process::start(folder.path())).await;
}

/// The size of the small disk, and of the objects that are deleted from it when it is full.
const DISK: &str = "8m";
const BALLAST: usize = 1024 * 1024;
const BALLASTS: usize = 2;
/// A write of each kind must be refused as often in a row.
const REFUSALS: usize = 3;
/// More rounds than the disk has room for.
const MOST_ROUNDS: usize = 5_000;

/// Starts it on a file system of its own, which is small; when it has ended, once more with a larger one.
fn on_small_disk(data: &Path) -> Command {
    let script =
        r#"mount -t tmpfs -o "size=$1" none "$0" || exit 2; shift; "$@"; mount -o remount,size=256m "$0" && exec "$@""#;
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script]).arg(data).arg(DISK).arg(env!("CARGO_BIN_EXE_localaws"));
    command.arg("--template").arg(template()).arg("--data").arg(data);
    command.args(["--dynamodb-port", "0", "--aws-port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The process below the shell.
fn child_of(process: &Process) -> Pid {
    let shell = process.child.id();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
    Pid::from_raw(children.split_whitespace().next().expect("a child").parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "mounts a file system"]
async fn a_full_disk_refuses_writes_and_keeps_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::of(on_small_disk(folder.path()));
    let mut writer = Writer::new(&process, "full").await;
    let mut ledger = Ledger::default();
    for ballast in 0..BALLASTS {
        let body = vec![0; BALLAST].into();
        writer.s3.put_object().bucket(BUCKET).key(format!("ballast/{ballast}")).body(body).send().await.unwrap();
    }
    let mut refused = 0;
    for round in 0.. {
        assert!(round < MOST_ROUNDS, "the disk does not get full");
        let mut answered = 0;
        for kind in Kind::ALL {
            answered += usize::from(writer.write(kind, &mut ledger).await);
        }
        refused = if answered == 0 { refused + 1 } else { 0 };
        if refused == REFUSALS {
            break;
        }
    }
    assert!(ledger.answered() > 50, "only {} writes fitted", ledger.answered());
    // Reads go on.
    ledger.assert_kept(&process).await;

    for ballast in 0..BALLASTS {
        writer.s3.delete_object().bucket(BUCKET).key(format!("ballast/{ballast}")).send().await.unwrap();
    }
    for kind in Kind::ALL {
        assert!(writer.write(kind, &mut ledger).await, "there is room again, but {kind:?} is refused");
    }
    kill(child_of(&process), Signal::SIGKILL).unwrap();
    process.wait_until_ready();
    ledger.assert_kept(&process).await;
    kill(Pid::from_raw(process.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
}
