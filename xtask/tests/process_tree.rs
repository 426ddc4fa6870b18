//! A stopped process is stopped with all its descendants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use xtask::process::{Lines, PartPlan, ProcessTree, Supervisor};

const SOON: Duration = Duration::from_secs(20);

fn shell(script: &str) -> Child {
    Command::new("sh").args(["-c", script]).stdin(Stdio::null()).process_group(0).spawn().unwrap()
}

fn pid(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap()
}

/// Waits until the tree has as many members as the script starts.
fn grown(child: &Child, members: usize) -> ProcessTree {
    let mut tree = ProcessTree::of(pid(child));
    let give_up_at = Instant::now() + SOON;
    while tree.refresh().unwrap().len() < members {
        assert!(Instant::now() < give_up_at, "{members} processes did not come");
        thread::sleep(Duration::from_millis(5));
    }
    tree
}

#[test]
fn children_and_their_children_are_stopped() {
    let mut child = shell("sleep 1000 & sh -c 'sleep 1000 & sleep 1000 & wait' & wait");
    let mut tree = grown(&child, 5);
    tree.stop(Duration::from_secs(5)).unwrap();
    assert_eq!(tree.refresh().unwrap(), []);
    child.wait().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn children_in_groups_and_sessions_of_their_own_are_stopped() {
    let mut child = shell("setsid sh -c 'sleep 1000 & wait' & setsid sleep 1000 & wait");
    // `setsid` may fork before it becomes the command, so at least these.
    let mut tree = grown(&child, 4);
    tree.stop(Duration::from_secs(5)).unwrap();
    assert_eq!(tree.refresh().unwrap(), []);
    child.wait().unwrap();
}

#[test]
fn a_process_that_ignores_sigterm_is_killed() {
    let mut child = shell("trap '' TERM; sleep 1000 & sleep 1000 & wait");
    let mut tree = grown(&child, 3);
    tree.stop(Duration::from_millis(100)).unwrap();
    assert_eq!(tree.refresh().unwrap(), []);
    child.wait().unwrap();
}

#[test]
fn a_tree_below_a_process_leaves_that_process_alone() {
    let mut child = shell("sleep 1000 & echo > /dev/null; wait; exec sleep 1000");
    drop(grown(&child, 2));
    ProcessTree::below(pid(&child)).stop(Duration::from_secs(5)).unwrap_or_default();
    assert_eq!(child.try_wait().unwrap(), None);
    ProcessTree::of(pid(&child)).stop(Duration::from_secs(5)).unwrap();
    child.wait().unwrap();
}

fn part(name: &str) -> PartPlan<'_> {
    PartPlan { name, grace: Duration::from_secs(5), out: Box::new(|_| {}), err: Box::new(|_| {}) }
}

#[test]
fn a_supervisor_that_goes_leaves_nothing_behind() {
    let mut supervisor = Supervisor::new().unwrap();
    let pid =
        supervisor.start(part("a part"), Command::new("sh").args(["-c", "sleep 1000 & sleep 1000 & wait"])).unwrap();
    let mut tree = ProcessTree::of(i32::try_from(pid).unwrap());
    let give_up_at = Instant::now() + SOON;
    while tree.refresh().unwrap().len() < 3 {
        assert!(Instant::now() < give_up_at);
        thread::sleep(Duration::from_millis(5));
    }
    drop(supervisor);
    assert_eq!(tree.refresh().unwrap(), []);
}

#[test]
fn a_dying_part_ends_the_wait_and_is_named() {
    let mut supervisor = Supervisor::new().unwrap();
    supervisor.start(part("the quitter"), Command::new("sh").args(["-c", "exit 7"])).unwrap();
    let error = supervisor.wait_forever(|_, _| Ok(())).unwrap_err().to_string();
    assert!(error.contains("the quitter has stopped") && error.contains('7'), "{error}");
}

#[test]
fn a_dying_part_stops_the_command_in_the_foreground() {
    let mut supervisor = Supervisor::new().unwrap();
    supervisor.start(part("the quitter"), Command::new("sh").args(["-c", "exit 7"])).unwrap();
    let started = Instant::now();
    let error = supervisor.run(Command::new("sleep").arg("1000")).unwrap_err().to_string();
    assert!(error.contains("the quitter"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn lines_of_both_streams_arrive_whole() {
    let mut supervisor = Supervisor::new().unwrap();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let receiver = || -> Lines {
        let seen = std::sync::Arc::clone(&seen);
        Box::new(move |line| seen.lock().unwrap().push(line.to_owned()))
    };
    let status =
        supervisor.run_with_lines(Command::new("sh").args(["-c", "echo a; echo b >&2; printf c"]), receiver).unwrap();
    assert!(status.success());
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    assert_eq!(seen, ["a", "b", "c"]);
}

#[test]
fn a_missing_program_is_named() {
    let mut supervisor = Supervisor::new().unwrap();
    let error = supervisor.run(&mut Command::new("no-such-program-here")).unwrap_err();
    assert!(format!("{error:#}").contains("cannot start no-such-program-here"), "{error:#}");
}
