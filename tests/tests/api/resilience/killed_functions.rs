//! A function's process that dies costs at most the request that it works on.

use e2e::{OwnFront, PASSWORD, Service, eventually, unique};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

fn send(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

/// The function's only idle process.
fn idle(front: &OwnFront, function: &str) -> u32 {
    match front.idle_processes(function)[..] {
        [pid] => pid,
        ref others => panic!("idle processes of `{function}`: {others:?}"),
    }
}

fn signup() -> Value {
    json!({"username": unique("wren"), "password": PASSWORD})
}

#[tokio::test]
async fn a_process_that_is_killed_between_requests_is_replaced_for_the_next() {
    let front = OwnFront::start(&Service::running(), &["auth", "docs"]);
    let post = |body: &Value| front.service.post("/api/auth/signup/").json(body).send();
    let first = signup();
    post(&first).await.with_status(201);
    let killed = idle(&front, "auth");
    send(killed, Signal::SIGKILL);
    let message = front.message();
    assert!(
        message.starts_with(&format!("The function `auth` (process {killed}) is gone: its process ended: signal: 9")),
        "{message}"
    );
    post(&signup()).await.with_status(201);
    let taken = json!({"username": ["A user with that username already exists."]});
    post(&first).await.is(400, &taken);
}

#[tokio::test]
async fn a_process_that_is_killed_during_a_request_costs_that_request_alone() {
    let front = OwnFront::start(&Service::running(), &["auth", "docs"]);
    front.service.get("/auth/users/me/").send().await.with_status(401);
    let pid = idle(&front, "auth");
    // A stopped process takes no step, so it is still at work when it is killed.
    send(pid, Signal::SIGSTOP);
    let body = signup();
    let post = || front.service.post("/api/auth/signup/").json(&body).send();
    let (lost, ()) = tokio::join!(post(), async {
        eventually("the request has the process", async || front.idle_processes("auth").is_empty().then_some(())).await;
        send(pid, Signal::SIGKILL);
    });
    lost.is(500, &json!({"message": "Internal Server Error"}));
    assert!(front.message().contains(&format!("(process {pid}) is gone")));
    // The client repeats its request, and a new process answers.
    post().await.with_status(201);
    assert_ne!(idle(&front, "auth"), pid);
}
