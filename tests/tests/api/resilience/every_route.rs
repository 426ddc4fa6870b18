//! Every row of the tables of routes under faults of the calls that it makes: the client gets its answer or is told to
//! wait, and whatever it repeats has its effect once.
//!
//! `cargo xtask faults` runs it wholly; `cargo xtask test --full` runs a sample of it.

mod disturbance;
mod invariants;
mod traces;
mod trial;
mod walk;

use std::time::Duration;

use e2e::Things;
use traces::{Everything, difference};
use trial::Request;
use walk::{Plan, Walk};

use crate::contracts::routes::rows;

/// Without a seed the walk has this one, so that a failure repeats.
const SEED: u64 = 1;
const SAMPLE: Duration = Duration::from_secs(180);

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is {value:?}")))
}

/// `FAULTS_SEED` and `FAULTS_MINUTES` choose the sample; with `FAULTS_ALL` every fault of every call is tried, of the
/// routes that begin within the minutes.
/// `FAULTS_WORLDS` services are walked at the same time.
#[test]
#[ignore = "takes three minutes"]
fn a_request_under_faults_is_answered_and_has_its_effect_once() {
    let seed = variable("FAULTS_SEED").unwrap_or(SEED);
    let minutes = variable("FAULTS_MINUTES").map(|minutes: f64| Duration::from_secs_f64(60.0 * minutes));
    let plan = match variable::<u8>("FAULTS_ALL") {
        Some(_) => Plan::All(minutes),
        None => Plan::SampleFor(minutes.unwrap_or(SAMPLE)),
    };
    let mut walk = Walk::new(seed, plan, variable("FAULTS_ROUTE"));
    walk.run(variable("FAULTS_WORLDS").unwrap_or(1));
    println!("{walk}");
    assert!(walk.is_right(), "the faults above had effects that clients notice, or none was tried (seed {seed})");
}

/// The walk finds what a request does twice: here a tweet that is posted again without its key.
#[tokio::test(flavor = "multi_thread")]
async fn the_walk_finds_a_second_tweet() {
    let own = e2e::OwnService::start();
    let service = &own.service;
    let (_, route) = rows().into_iter().find(|(_, row)| row.method == "POST" && row.path == "/api/tweets").unwrap();
    let mut subjects = Vec::new();
    for times in [1, 2, 1] {
        let things = Things::of(service, service.signup().await).await;
        let request = Request::new("tweets", &route, &things, &things);
        for _ in 0..times {
            assert_eq!(request.send(&own).0.status, 201);
        }
        if subjects.len() == 2 {
            let without = things.event(&route, &things);
            assert_eq!(own.answer("tweets", without).expect("an answer").status, 201);
        }
        subjects.push(request.subject);
    }
    let everything = Everything::of(service).await;
    let [once, twice, doubled] = [0, 1, 2].map(|at| everything.trace(&subjects[at]));
    assert_eq!(difference(&twice, [&once, &twice], 2), Vec::<String>::new(), "the key makes one of two");
    let found = difference(&doubled, [&once, &twice], 2);
    assert!(found.iter().any(|line| line.contains("SocialTable T/TWEET")), "{found:?}");
}
