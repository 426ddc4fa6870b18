//! `cargo xtask smoke`: asks a deployed stage, or the local service, what only the whole can get wrong.
//!
//! It makes accounts with random names and passwords, lets them act, and removes them at the end, whatever has
//! happened.

mod client;
mod gateway;
mod mails;
mod people;
mod report;
mod tour;
mod uploads;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::{cli::SmokeArgs, console, run::AWS_PORT};

use client::Stage;
use people::{Mailbox, Person};
use report::Report;

/// A run whose checks all passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// How many checks there were.
    pub checks: u32,
    /// The names of the accounts that were made, and removed again.
    pub accounts: Vec<String>,
}

/// A check failed, or an account could not be removed.
#[derive(Debug, thiserror::Error)]
#[error("{why:#}")]
pub struct Failed {
    /// The names of the accounts that were made.
    pub accounts: Vec<String>,
    why: anyhow::Error,
}

/// Does all checks, one line for each. The first that fails ends the run.
///
/// # Errors
/// [`Failed`], with the first check that failed, or the first account that could not be removed.
pub fn smoke(args: &SmokeArgs) -> Result<Passed, Failed> {
    let stage = Stage::new(&args.url).map_err(|why| Failed { accounts: Vec::new(), why })?;
    let mut report = Report::new(Duration::from_secs(u64::from(args.patience)));
    let mut people = Vec::new();
    let outcome = gateway::checks(&stage, &mut report).and_then(|()| match args.read_only {
        true => Ok(()),
        false => acts(&stage, &mut report, args, &mut people),
    });
    let outcome = outcome.and_then(|()| gateway::get_with_a_body(&stage, &mut report, people.get(1)));
    let accounts: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
    let removed = remove(&stage, &mut report, &people);
    // The check's own failure is the first one.
    if let Err(why) = outcome.and(removed) {
        return Err(Failed { accounts, why });
    }
    console::say(&format!("All {} checks passed.", report.passed));
    Ok(Passed { checks: report.passed, accounts })
}

/// What people do. Whoever signs up is in `people` before.
fn acts(stage: &Stage, report: &mut Report, args: &SmokeArgs, people: &mut Vec<Person>) -> Result<()> {
    let author = sign_up(stage, report, people, Mailbox::Takes)?;
    let reader = sign_up(stage, report, people, Mailbox::Takes)?;
    people::sessions(stage, report, get(people, author)?)?;
    tour::tour(stage, report, get(people, author)?, get(people, reader)?)?;
    uploads::uploads(stage, report, get(people, author)?)?;
    mails::reset(stage, report, get(people, author)?)?;
    let local_aws = args.local_aws.clone().or_else(|| is_local(&args.url).then(local_aws));
    if let Some(local_aws) = &local_aws {
        mails::arrived(stage, report, get(people, author)?, local_aws)?;
    }
    if args.bounces || local_aws.is_some() {
        let bounced = sign_up(stage, report, people, Mailbox::Bounces)?;
        mails::bounce(stage, report, get(people, bounced)?)?;
    }
    Ok(())
}

/// The place of the new person in `people`.
fn sign_up(stage: &Stage, report: &mut Report, people: &mut Vec<Person>, mailbox: Mailbox) -> Result<usize> {
    let at = people.len();
    // First, because the answer to a signup that went through can get lost.
    people.push(Person::new(mailbox)?);
    let person = people.last_mut().context("nobody signs up")?;
    report.check(&format!("{} signs up and logs in", person.name), || person.sign_up(stage))?;
    Ok(at)
}

fn get(people: &[Person], at: usize) -> Result<&Person> {
    people.get(at).context("nobody signed up")
}

fn remove(stage: &Stage, report: &mut Report, people: &[Person]) -> Result<()> {
    let each = people.iter().map(|person| {
        report.check(&format!("{} is removed, and hidden at once", person.name), || person.remove(stage))
    });
    // One that can't be removed keeps no other.
    each.collect::<Vec<_>>().into_iter().collect()
}

fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| host == *own || host.starts_with(&format!("{own}:")))
}

fn local_aws() -> String {
    format!("http://127.0.0.1:{AWS_PORT}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that gives every request the same answer. It ends with the process.
    fn answering(status: &str, body: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nx-request-id: r-17\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        url
    }

    fn args(url: &str) -> SmokeArgs {
        SmokeArgs { url: url.to_owned(), read_only: true, bounces: false, local_aws: None, patience: 1 }
    }

    #[test]
    fn the_first_failure_is_named_with_its_request_and_the_errors_body() {
        let error = smoke(&args(&answering("500 Oops", r#"{"status":"failing"}"#))).unwrap_err().to_string();
        for part in ["the status", "GET /status answered 500, not 200", "request id r-17", r#"{"status":"failing"}"#] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_good_answer_of_the_wrong_service_shows_no_body() {
        let error = smoke(&args(&answering("200 OK", "a secret"))).unwrap_err().to_string();
        assert!(error.contains("request id r-17") && !error.contains("a secret"), "{error}");
    }

    #[test]
    fn only_addresses_of_this_machine_are_local() {
        assert!(is_local("http://127.0.0.1:9000") && is_local("http://localhost") && is_local("http://[::1]:1"));
        assert!(!is_local("https://api.example.com") && !is_local("https://localhost.example.com"));
    }
}
