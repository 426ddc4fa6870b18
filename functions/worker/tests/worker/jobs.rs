//! Jobs begin, are put off, and are given up.

use aviary_runtime::EventHandler;
use aviary_store::{Job, JobId, Task};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use test_support::stream_record;

use crate::fixture::Fixture;

/// A job that always fails, because the account exists.
async fn failing_job(fixture: &Fixture) -> aviary_store::Job {
    let user = fixture.user("alive").await;
    fixture.job(Task::Purge { user: user.id, round: 0 }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_is_put_off_for_up_to_a_day() {
    let fixture = Fixture::start();
    let job = failing_job(&fixture).await;
    assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
    for (attempts, delay) in (1..).zip([90, 180, 360, 720, 1_440, 2_880, 5_760, 86_400, 86_400]) {
        let now = fixture.now(&job).await.unwrap();
        assert_eq!(now.attempts, attempts);
        // Six seconds early it is not due; five seconds are allowed for clocks that differ.
        assert_eq!(fixture.sweep_after(delay - 6).await, 0, "attempt {attempts}");
        assert_eq!(fixture.sweep_after(6).await, 1, "attempt {attempts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_does_not_begin_again() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let job = fixture.job(Task::ResetMail { user: user.id }).await;
    let event = fixture.event(&[&job]).await;
    let all = [(); 6].map(|()| fixture.hand(&event));
    let [a, b, c, d, e, f] = all;
    tokio::join!(a, b, c, d, e, f);
    assert_eq!(fixture.mails().len(), 1);
    assert_eq!(fixture.now(&job).await, None);
}

/// Who may write jobs of one area, such as `tweets`, can't have done what is another function's business.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_another_area_than_its_kinds_is_not_done() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let mail = Task::ResetMail { user: user.id };
    let honest = fixture.job(mail.clone()).await;
    let area_of = |id: &JobId| id.to_string().split_once('#').unwrap().0.to_owned();
    assert_eq!(area_of(&honest.id), "accounts");
    for area in ["content", "timelines", "integers"] {
        let id = honest.id.to_string().replace("accounts", area).parse().unwrap();
        let job = Job { id, ..honest.clone() };
        fixture.tables.jobs.put(&job).await.unwrap();
        assert_eq!(fixture.deliver(&[&job]).await, Vec::<String>::new());
        assert_eq!(fixture.mails().len(), 0, "{area}");
        let left = fixture.now(&job).await.unwrap();
        assert_eq!((left.attempts, left.due_at > job.due_at), (1, true), "it is put off as one that fails");
    }
    fixture.deliver(&[&honest]).await;
    assert_eq!(fixture.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_record_fails_alone() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let job = fixture.job(Task::ResetMail { user: user.id }).await;
    let mut event = fixture.event(&[&job]).await;
    let records = event["Records"].as_array_mut().unwrap();
    let nonsense = [("pk", "J#1"), ("task", "nonsense")]
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned())))
        .into();
    records.insert(0, stream_record("41", None, Some(&nonsense)));
    records.insert(1, json!({ "dynamodb": { "SequenceNumber": "42" } }));
    records.push(stream_record("43", Some(&nonsense), None));
    assert_eq!(fixture.hand(&event).await, ["41", "42"]);
    assert_eq!(fixture.now(&job).await, None);
    assert_eq!(fixture.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_without_time_are_left_to_the_sweep() {
    let fixture = Fixture::start();
    let user = fixture.user("ada").await;
    let job = fixture.job(Task::ResetMail { user: user.id }).await;
    let event = fixture.event(&[&job]).await;
    let soon = fixture.deadline().plus_seconds(-45);
    let answer = fixture.worker.handle(event, soon).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(fixture.now(&job).await.unwrap().attempts, 0);
    assert_eq!(fixture.sweep_after(60).await, 1);
    assert_eq!(fixture.now(&job).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_event_is_an_error() {
    let fixture = Fixture::start();
    for event in [json!({}), json!([]), json!({ "detail-type": "Other" }), json!("x")] {
        assert!(fixture.worker.handle(event, fixture.deadline()).await.is_err());
    }
}

/// Their jobs are not in the table, as if they were done, so the records do nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_events_are_understood() {
    let fixture = Fixture::start();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if !entry.file_name().to_str().unwrap().starts_with("worker-") {
            continue;
        }
        let event = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
        let answer = fixture.worker.handle(event, fixture.deadline()).await.unwrap();
        let expected = [json!({ "batchItemFailures": [] }), json!({ "due": 0 })];
        assert!(expected.contains(&answer), "{:?}: {answer}", entry.file_name());
        seen += 1;
    }
    assert_eq!(seen, 8);
}
