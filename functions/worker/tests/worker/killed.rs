//! The real worker as a separate process, killed during a purge or cut off from DynamoDB and S3. In the end nothing of
//! the user is left, and the data of others is untouched.

mod ranking;
mod social;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aviary_model::Clock;
use aviary_store::Job;
use e2e::{AwsCall, AwsError, Fault, FaultProxy, Function};
use serde_json::Value;

use crate::fixture::Fixture;
use crate::purge::{self, assert_gone, everything};

/// The most runs of a purge: its rounds, and more because of the faults.
const RUNS: usize = 12;

/// The fault for each call, by its number in the process.
type Plan = Box<dyn Fn(usize, &AwsCall) -> Fault + Send + Sync>;

/// A worker process whose calls go through two proxies.
struct ProxiedWorker {
    process: Function,
    proxies: [FaultProxy; 2],
}

impl ProxiedWorker {
    fn start(fixture: &Fixture, plan: Plan) -> Self {
        let service = fixture.service();
        let (count, plan) = (Arc::new(AtomicUsize::new(0)), Arc::new(plan));
        let proxy = |upstream: &str| {
            let (count, plan) = (count.clone(), plan.clone());
            FaultProxy::start(upstream, move |call| plan(count.fetch_add(1, Ordering::SeqCst) + 1, call))
        };
        let proxies = [proxy(&service.dynamodb_url), proxy(&service.aws_url)];
        let [dynamodb, s3] = [proxies[0].url(), proxies[1].url()];
        let endpoints = [("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.as_str()), ("AWS_ENDPOINT_URL_S3", s3.as_str())];
        let process = Function::start_with(&service, "worker", &endpoints);
        for proxy in &proxies {
            proxy.aim_at(process.pid());
        }
        Self { process, proxies }
    }

    /// Hands the job to the process. False if it died.
    async fn run(&mut self, fixture: &Fixture, job: &Job) -> bool {
        let event = fixture.event(&[job]).await;
        let output = tokio::task::block_in_place(|| self.process.output_unless_killed(&event));
        let Some(output) = output else { return false };
        let output: Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(output["batchItemFailures"].as_array().map(Vec::len), Some(0), "{output}");
        true
    }

    fn calls(&self) -> usize {
        self.proxies.iter().map(FaultProxy::calls).sum()
    }
}

/// Makes a job that was put off due again. False if it is done.
async fn make_due(fixture: &Fixture, job: &Job) -> bool {
    let Some(now) = fixture.now(job).await else { return false };
    let due_at = fixture.clock.now();
    fixture.tables.jobs.again(&Job { due_at, ..now }).await.unwrap();
    true
}

/// Runs the job in undisturbed processes until it is done.
async fn finish(fixture: &Fixture, job: &Job) -> usize {
    let mut worker = ProxiedWorker::start(fixture, Box::new(|_, _| Fault::Pass));
    for _ in 0..RUNS {
        if !make_due(fixture, job).await {
            return worker.calls();
        }
        assert!(worker.run(fixture, job).await, "this worker is not killed");
    }
    panic!("after {RUNS} runs the purge is not done: {:?}", fixture.now(job).await);
}

/// Runs the jobs that the purge wrote, such as the removal of each tweet, with their later rounds.
async fn settle(fixture: &Fixture) {
    purge::finish(fixture).await;
    fixture.use_system_time();
}

/// A fixture with a user who stays, and all its items and objects.
async fn with_other_user() -> (Fixture, (Vec<String>, Vec<String>)) {
    let fixture = Fixture::start();
    fixture.use_system_time();
    fixture.busy_user("stays").await;
    let others = everything(&fixture).await;
    (fixture, others)
}

#[tokio::test(flavor = "multi_thread")]
async fn others_finish_the_purge_of_a_killed_worker() {
    let (fixture, others) = with_other_user().await;
    let user = fixture.busy_user("first").await;
    let purge = fixture.delete(&user).await;
    let mut undisturbed = ProxiedWorker::start(&fixture, Box::new(|_, _| Fault::Pass));
    assert!(undisturbed.run(&fixture, &purge).await);
    let calls = undisturbed.calls();
    assert!(calls > 15, "only {calls} calls: the purge does too little to prove anything");
    finish(&fixture, &purge).await;
    settle(&fixture).await;
    assert_gone(&fixture, &user.id.to_string(), &others).await;

    for at in 1..=calls {
        let user = fixture.busy_user(&format!("goes{at}")).await;
        let purge = fixture.delete(&user).await;
        let mut killed =
            ProxiedWorker::start(&fixture, Box::new(move |number, _| Fault::at(number, at, Fault::KillAfter)));
        let survived = killed.run(&fixture, &purge).await;
        // Concurrent calls may be one more or less.
        assert!(!survived || at + 2 > calls, "the worker was not killed at call {at} of {calls}");
        // The next process dies too, before another call arrives.
        let next = 1 + at * 7 % calls;
        let mut killed =
            ProxiedWorker::start(&fixture, Box::new(move |number, _| Fault::at(number, next, Fault::KillBefore)));
        if make_due(&fixture, &purge).await {
            killed.run(&fixture, &purge).await;
        }
        finish(&fixture, &purge).await;
        settle(&fixture).await;
        assert_gone(&fixture, &user.id.to_string(), &others).await;
    }
}

/// Asserts that a purge ends while the plan disturbs its calls.
async fn assert_ends_despite(plan: Plan) {
    let (fixture, others) = with_other_user().await;
    let user = fixture.busy_user("goes").await;
    let purge = fixture.delete(&user).await;
    let mut disturbed = ProxiedWorker::start(&fixture, plan);
    for _ in 0..RUNS {
        if !make_due(&fixture, &purge).await {
            break;
        }
        assert!(disturbed.run(&fixture, &purge).await);
    }
    settle(&fixture).await;
    assert_gone(&fixture, &user.id.to_string(), &others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_responses_do_not_stop_a_purge() {
    let plan = |number, _: &AwsCall| if number % 3 == 0 { Fault::DropAfter } else { Fault::Pass };
    assert_ends_despite(Box::new(plan)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_calls_do_not_stop_a_purge() {
    let plan = |number, _: &AwsCall| if number % 4 == 2 { Fault::DropBefore } else { Fault::Pass };
    assert_ends_despite(Box::new(plan)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_does_not_stop_a_purge() {
    let throttled = |call: &AwsCall| if call.is_s3() { AwsError::slow_down() } else { AwsError::throttled() };
    let plan = move |number, call: &AwsCall| if number % 3 == 1 { Fault::Answer(throttled(call)) } else { Fault::Pass };
    assert_ends_despite(Box::new(plan)).await;
}
