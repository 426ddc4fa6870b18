//! Processes: they start as they are needed, and are replaced when they die.

use std::{sync::mpsc::channel, thread, time::Duration};

use xtask::front::{PLACES, PROCESSES};

use crate::{
    http::{Connection, exchange},
    stage::{SOON, Stage, has_ended, kill_now, wait_until, write_program},
};

const INTERNAL_ERROR: &str = r#"{"message":"Internal Server Error"}"#;
const UNAVAILABLE: &str = r#"{"message":"Service Unavailable"}"#;
const TOO_MANY: &str = r#"{"message":"Too Many Requests"}"#;

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes()
}

#[test]
fn one_process_serves_requests_that_follow_each_other() {
    let stage = Stage::new();
    let first = stage.get("/echo").pid();
    assert_eq!([stage.get("/echo").pid(), stage.get("/echo").pid()], [first, first]);
}

#[test]
fn a_process_that_is_killed_while_idle_is_said_and_replaced() {
    let stage = Stage::new();
    let first = stage.get("/echo").pid();
    kill_now(first);
    assert_eq!(
        stage.line("The function"),
        format!(
            "The function `echo` (process {first}) is gone: its process ended: signal: 9 (SIGKILL). The next request starts another process."
        )
    );
    assert_ne!(stage.get("/echo").pid(), first);
}

#[test]
fn a_process_that_is_killed_during_a_request_costs_that_request_alone() {
    let stage = Stage::new();
    thread::scope(|scope| {
        let lost = scope.spawn(|| stage.get("/never"));
        let busy = stage.working();
        kill_now(busy);
        assert_eq!(lost.join().unwrap().own(), (500, INTERNAL_ERROR.to_owned()));
        assert!(
            stage.line("The function").contains(&format!("(process {busy}) is gone: its process ended: signal: 9"))
        );
    });
    for _ in 0..3 {
        assert_eq!(stage.get("/die").own(), (500, INTERNAL_ERROR.to_owned()));
        stage.get("/echo").pid();
    }
}

#[test]
fn a_function_that_takes_too_long_is_killed_and_answered_with_503() {
    let within = Duration::from_secs(2);
    let stage = Stage::with(include_str!("../fixtures/function.py"), within);
    thread::scope(|scope| {
        let late = scope.spawn(|| stage.get("/never"));
        let busy = stage.working();
        assert_eq!(late.join().unwrap().own(), (503, UNAVAILABLE.to_owned()));
        assert!(stage.line("The function").contains("is gone: it ran longer than its time-out of 2 s"));
        wait_until("the process is killed", || has_ended(busy));
    });
    stage.get("/echo").pid();
}

#[test]
fn errors_and_answers_that_are_too_large_are_500_and_cost_no_process() {
    let stage = Stage::new();
    let first = stage.get("/echo").pid();
    for path in ["/error", "/large"] {
        assert_eq!(stage.get(path).own(), (500, INTERNAL_ERROR.to_owned()), "{path}");
    }
    assert_eq!(stage.get("/echo").pid(), first);
}

#[test]
fn requests_at_once_get_processes_up_to_a_bound_and_the_others_wait() {
    let stage = Stage::new();
    let mut pids = thread::scope(|scope| {
        let calls: Vec<_> = (0..PROCESSES * 3).map(|_| scope.spawn(|| stage.get("/gate").pid())).collect();
        for _ in 0..PROCESSES {
            stage.working();
        }
        stage.open_gate();
        calls.into_iter().map(|call| call.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(pids.len(), PROCESSES * 3);
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), PROCESSES);
}

#[test]
fn of_five_hundred_requests_at_once_none_hangs() {
    let stage = Stage::new();
    let (sender, answers) = channel();
    thread::scope(|scope| {
        for _ in 0..500 {
            let sender = sender.clone();
            let front = &stage.front;
            scope.spawn(move || sender.send(exchange(front, &request("/gate"))).unwrap());
        }
        // No function has answered yet, so these are the gateway's.
        for _ in 0..500 - PLACES {
            assert_eq!(answers.recv_timeout(SOON).unwrap().own(), (429, TOO_MANY.to_owned()));
        }
        stage.open_gate();
        for _ in 0..PLACES {
            answers.recv_timeout(SOON).unwrap().pid();
        }
    });
    stage.get("/echo").pid();
}

#[test]
fn a_client_that_goes_away_does_not_end_the_work() {
    let stage = Stage::new();
    let mut client = Connection::open(&stage.front);
    client.send(&request("/gate"));
    let busy = stage.working();
    drop(client);
    stage.open_gate();
    let is_idle = || stage.front.idle_processes("echo").iter().any(|pid| i32::try_from(*pid) == Ok(busy));
    wait_until("the work is done", is_idle);
    assert_eq!(stage.get("/echo").pid(), busy);
}

#[test]
fn a_program_that_was_built_again_serves_the_next_request() {
    let stage = Stage::new();
    let first = stage.get("/echo").pid();
    let script = std::fs::read_to_string(stage.program()).unwrap();
    write_program(&stage.program(), &script.replace("\"b=2\"", "\"b=3\""));
    let answer = stage.get("/echo");
    assert_ne!(answer.pid(), first);
    assert!(answer.head.contains("set-cookie: b=3"), "{}", answer.head);
}

#[test]
fn a_function_that_does_not_start_is_503_until_it_does() {
    let stage = Stage::with("#!/bin/sh\nexit 7\n", SOON);
    for _ in 0..2 {
        assert_eq!(stage.get("/echo").own(), (503, UNAVAILABLE.to_owned()));
        assert_eq!(
            stage.line("The function"),
            "The function `echo` does not work: its process did not start: exit status: 7. The next request tries again."
        );
    }
    write_program(&stage.program(), include_str!("../fixtures/function.py"));
    stage.get("/echo").pid();
    std::fs::remove_file(stage.program()).unwrap();
    // A missing program is no newer one.
    let only = stage.get("/echo").pid();
    kill_now(only);
    stage.line("The function");
    assert_eq!(stage.get("/echo").own(), (503, UNAVAILABLE.to_owned()));
    assert!(stage.line("The function").contains("cannot be started"));
}

#[test]
fn a_front_that_goes_leaves_no_process_behind() {
    let stage = Stage::new();
    let mut client = Connection::open(&stage.front);
    client.send(&request("/never"));
    let busy = stage.working();
    let idle = stage.get("/echo").pid();
    assert_ne!(busy, idle);
    drop(stage);
    for pid in [busy, idle] {
        wait_until("the process has ended", || has_ended(pid));
    }
}
