//! The binary, started as `xtask run` starts it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::delivery::functions::{Answer, Functions};
use crate::fixture::{BUCKET, GROUP, TABLE, dynamodb, get, item, logs, object, put, s3, template};
use crate::mail::{mail, ses};

pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) dynamodb: String,
    pub(crate) aws: String,
}

fn command(data: &Path, dynamodb_port: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_localaws"));
    command.arg("--template").arg(template()).arg("--data").arg(data);
    command.args(["--dynamodb-port", dynamodb_port, "--aws-port", "0"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Process {
    pub(crate) fn start(data: &Path) -> Self {
        Self::of(command(data, "0"))
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let child = command.spawn().unwrap();
        let mut process = Self { child, dynamodb: String::new(), aws: String::new() };
        process.wait_until_ready();
        process
    }

    /// Reads the line that says where it listens.
    pub(crate) fn wait_until_ready(&mut self) {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["ready"], true);
        let url = |name: &str| ready[name].as_str().unwrap().to_owned();
        (self.dynamodb, self.aws) = (url("dynamodb"), url("aws"));
    }

    fn end(&mut self, signal: Signal) -> ExitStatus {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn failure(mut command: Command) -> (Option<i32>, String) {
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Writes to every service until the process dies, and returns the number of completed rounds.
async fn write_until_killed(process: &Process) -> usize {
    let (db, s3, logs) = (dynamodb(&process.dynamodb), s3(&process.aws), logs(&process.aws));
    logs.create_log_stream().log_group_name(GROUP).log_stream_name("s").send().await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let now = i64::try_from(now).unwrap();
    for round in 0.. {
        if round == 5 {
            let pid = process.child.id();
            // During the writes, so that one of them is interrupted.
            std::thread::spawn(move || kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGKILL));
        }
        let body = format!("round {round}").into_bytes();
        let event =
            aws_sdk_cloudwatchlogs::types::InputLogEvent::builder().timestamp(now).message(format!("r{round}x"));
        let event = event.build().unwrap();
        let answered = db
            .put_item()
            .table_name(TABLE)
            .set_item(Some(item(&format!("i{round}"), &[])))
            .send()
            .await
            .is_ok()
            && s3.put_object().bucket(BUCKET).key(format!("o/{round}")).body(body.clone().into()).send().await.is_ok()
            && s3.put_object().bucket(BUCKET).key("latest").body(body.into()).send().await.is_ok()
            && logs.put_log_events().log_group_name(GROUP).log_stream_name("s").log_events(event).send().await.is_ok();
        if !answered {
            return round;
        }
    }
    unreachable!("the process is killed in round 5")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_answered_write() {
    let folder = tempfile::tempdir().unwrap();
    let mut killed = Process::start(folder.path());
    let rounds = write_until_killed(&killed).await;
    killed.child.wait().unwrap();
    assert!(rounds >= 5, "{rounds}");

    let again = Process::start(folder.path());
    let (db, s3) = (dynamodb(&again.dynamodb), s3(&again.aws));
    for round in 0..rounds {
        assert!(get(&db, &format!("i{round}")).await.is_some(), "{round}");
        assert_eq!(object(&s3, &format!("o/{round}")).await.unwrap(), format!("round {round}"));
        let found = logs(&again.aws).filter_log_events().log_group_name(GROUP).filter_pattern(format!("r{round}x"));
        assert_eq!(found.send().await.unwrap().events().len(), 1, "{round}");
    }
    // The interrupted write happened completely or not at all.
    let latest = object(&s3, "latest").await.unwrap();
    assert!([rounds - 1, rounds].map(|round| format!("round {round}")).contains(&latest), "{latest} of {rounds}");
}

fn delivering(data: &Path, functions_url: &str) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_localaws"));
    command.arg("--template").arg(crate::delivery::template()).arg("--data").arg(data);
    command.args(["--dynamodb-port", "0", "--aws-port", "0", "--stream-delay-ms", "50", "--index-delay-ms", "10"]);
    command.args(["--functions-url", functions_url]).env_remove("AVIARY_LOG_LEVEL");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Process::of(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_delivers_to_the_given_functions_also_after_a_kill() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let folder = tempfile::tempdir().unwrap();
    let mut killed = delivering(folder.path(), &functions.url);
    put(&dynamodb(&killed.dynamodb), item("a", &[])).await;
    assert_eq!(functions.keys(1).await, ["a"]);
    put(&dynamodb(&killed.dynamodb), item("b", &[])).await;
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();

    let mut again = delivering(folder.path(), &functions.url);
    // A record that was being delivered may arrive twice.
    while !functions.next().await.keys().contains(&"b".to_owned()) {}
    mail(&ses(&again.aws), &["a@x.example"], "Welcome").send().await.unwrap();
    assert_eq!(again.end(Signal::SIGTERM).code(), Some(0));
    let mut errors = String::new();
    again.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(errors.contains("mail to a@x.example: Welcome\nfollow http://127.0.0.1/x\n"), "{errors}");
}

#[test]
fn both_signals_end_it_cleanly_and_free_its_ports() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Process::start(folder.path());
        assert_eq!(process.end(signal).code(), Some(0), "{signal}");
        for url in [&process.dynamodb, &process.aws] {
            TcpListener::bind(url.trim_start_matches("http://")).unwrap();
        }
        let mut errors = String::new();
        process.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!(errors, "");
    }
}

#[test]
fn idle_or_stuck_clients_do_not_delay_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path());
    let connections: Vec<_> = [&process.dynamodb, &process.aws]
        .into_iter()
        .flat_map(|url| {
            let address = url.trim_start_matches("http://");
            let stuck = b"POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: Logs_20140328.X\r\ncontent-length: 9\r\n\r\nhalf";
            [&b""[..], stuck].map(|sent| {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.write_all(sent).unwrap();
                stream
            })
        })
        .collect();
    let began = Instant::now();
    assert_eq!(process.end(Signal::SIGTERM).code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    drop(connections);
}

#[test]
fn a_failed_start_prints_one_sentence_and_exits_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let port_in_use = command(folder.path(), &port);
    let (code, message) = failure(port_in_use);
    assert_eq!(code, Some(1));
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains(&format!("port {port} on 127.0.0.1 is in use")), "{message}");

    let mut no_template = Command::new(env!("CARGO_BIN_EXE_localaws"));
    no_template.args(["--template", "/nowhere.yaml", "--data"]).arg(folder.path());
    no_template.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (code, message) = failure(no_template);
    assert_eq!(code, Some(1));
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("/nowhere.yaml"), "{message}");

    let mut level = command(folder.path(), "0");
    level.env("AVIARY_LOG_LEVEL", "aviary=loud");
    let (code, message) = failure(level);
    assert_eq!(code, Some(1));
    assert!(message.contains("loud"), "{message}");

    let mut url = command(folder.path(), "0");
    url.args(["--functions-url", "127.0.0.1:9000"]);
    let (code, message) = failure(url);
    assert_eq!(code, Some(2));
    assert!(message.contains("must be like http://127.0.0.1:9000"), "{message}");

    let mut parameter = command(folder.path(), "0");
    parameter.args(["--parameter", "Unknown=1"]);
    let (code, message) = failure(parameter);
    assert_eq!(code, Some(1));
    assert!(message.contains("Unknown"), "{message}");
}
