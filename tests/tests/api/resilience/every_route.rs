//! Every row of the tables of routes under faults of the calls that it makes: the client gets its answer or is told to
//! wait, and whatever it repeats has its effect once.
//!
//! `cargo xtask faults` runs it wholly; `cargo xtask test --full` runs a sample of it.

mod disturbance;
mod invariants;
mod traces;
mod trial;
mod walk;

use std::time::{Duration, Instant};

use walk::{Plan, Walk};

/// Without a seed the walk has this one, so that a failure repeats.
const SEED: u64 = 1;
const MINUTES: f64 = 3.0;

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is {value:?}")))
}

/// `FAULTS_SEED` and `FAULTS_MINUTES` choose the sample; with `FAULTS_ALL` every fault of every call is tried.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes three minutes"]
async fn a_request_under_faults_is_answered_and_has_its_effect_once() {
    let seed = variable("FAULTS_SEED").unwrap_or(SEED);
    let plan = match variable::<u8>("FAULTS_ALL") {
        Some(_) => Plan::All,
        None => {
            let time = Duration::from_secs_f64(60.0 * variable("FAULTS_MINUTES").unwrap_or(MINUTES));
            Plan::SampleUntil(Instant::now() + time)
        }
    };
    let mut walk = Walk::new(seed, plan, variable("FAULTS_ROUTE"));
    walk.run().await;
    println!("{walk}");
    assert!(walk.is_right(), "the faults above had effects that clients notice (seed {seed})");
}
