//! Retries, bisecting, and batches that are given up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::functions::{Answer, Functions};
use super::{config, config_with, given_up, start, write, write_before};

#[tokio::test]
async fn a_failed_batch_is_delivered_again_unchanged() {
    let mut functions = Functions::answering([Answer::Error, Answer::Error]).await;
    let config = config();
    write_before(&config, &["a", "b"]).await;
    let aws = start(&config, &functions);
    let first = functions.next().await;
    assert_eq!(first.keys(), ["a", "b"]);
    assert_eq!(functions.next().await, first);
    assert_eq!(functions.next().await, first);
    write(&aws, &["c"]).await;
    assert_eq!(functions.next().await.keys(), ["c"]);
    assert_eq!(given_up(&aws).await.len(), 0);
}

#[tokio::test]
async fn a_batch_is_tried_again_from_the_lowest_record_that_failed() {
    let config = config();
    write_before(&config, &["a", "b", "c", "d"]).await;
    let mut functions = Functions::start(|invocation| match invocation.keys().len() {
        4 => Answer::Failed(vec![invocation.sequence("d"), invocation.sequence("c")]),
        _ => Answer::Done,
    })
    .await;
    let _aws = start(&config, &functions);
    assert_eq!(functions.next().await.keys(), ["a", "b", "c", "d"]);
    assert_eq!(functions.next().await.keys(), ["c", "d"]);
}

#[tokio::test]
async fn records_done_by_a_partial_response_stay_done_after_a_restart() {
    let config = config();
    write_before(&config, &["a", "b", "c"]).await;
    let never = Arc::new(Semaphore::new(0));
    let mut functions = Functions::start(move |invocation| match invocation.keys().len() {
        3 => Answer::Failed(vec![invocation.sequence("c")]),
        _ => Answer::Held(Arc::clone(&never)),
    })
    .await;
    let aws = start(&config, &functions);
    assert_eq!(functions.keys(4).await, ["a", "b", "c", "c"]);
    aws.stop();
    let mut again = Functions::start(|_| Answer::Done).await;
    let _aws = start(&config, &again);
    assert_eq!(again.next().await.keys(), ["c"]);
}

#[tokio::test]
async fn after_its_retries_a_batch_is_listed_and_the_stream_continues() {
    let config = config();
    write_before(&config, &["a", "b"]).await;
    let mut functions =
        Functions::start(
            |invocation| if invocation.keys().contains(&"a".to_owned()) { Answer::Error } else { Answer::Done },
        )
        .await;
    let aws = start(&config, &functions);
    for _ in 0..3 {
        assert_eq!(functions.next().await.keys(), ["a", "b"]);
    }
    write(&aws, &["c"]).await;
    assert_eq!(functions.next().await.keys(), ["c"]);

    let listed = given_up(&aws).await;
    assert_eq!(listed.len(), 1);
    let failure = &listed[0];
    assert_eq!(failure["function"], "worker");
    assert_eq!(failure["stream"], config.event_sources[0].streams[0].arn);
    assert_eq!(failure["condition"], "RetryAttemptsExhausted");
    assert_eq!(failure["error"], "Broken: it does not work");
    assert_eq!((failure["attempts"].as_u64(), failure["records"].as_u64()), (Some(3), Some(2)));
    let records = failure["event"]["Records"].as_array().unwrap();
    assert_eq!(records[0]["dynamodb"]["SequenceNumber"], failure["first_sequence_number"]);
    assert_eq!(records[1]["dynamodb"]["SequenceNumber"], failure["last_sequence_number"]);
    assert!(failure["failed_at"].as_str().unwrap().ends_with('Z'));

    // The failure stays listed, and the records done, after a restart.
    aws.stop();
    let aws = start(&config, &functions);
    assert_eq!(given_up(&aws).await, listed);
    write(&aws, &["d"]).await;
    assert_eq!(functions.next().await.keys().last().unwrap(), "d");
}

#[tokio::test]
async fn bisecting_isolates_the_failing_record() {
    let keys = ["a", "b", "c", "bad", "d", "e", "f", "g"];
    let config = config_with(|stream| {
        stream.bisect = true;
        stream.maximum_retries = Some(1);
    });
    write_before(&config, &keys).await;
    let mut functions =
        Functions::start(
            |invocation| if invocation.keys().contains(&"bad".to_owned()) { Answer::Error } else { Answer::Done },
        )
        .await;
    let aws = start(&config, &functions);
    let mut tried = Vec::new();
    while tried.last() != Some(&vec!["d".to_owned(), "e".to_owned(), "f".to_owned(), "g".to_owned()]) {
        tried.push(functions.next().await.keys());
    }
    let expected: [&[&str]; 8] =
        [&keys, &["a", "b", "c", "bad"], &["a", "b"], &["c", "bad"], &["c"], &["bad"], &["bad"], &["d", "e", "f", "g"]];
    assert_eq!(tried, expected);
    let listed = given_up(&aws).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["event"]["Records"][0]["dynamodb"]["Keys"]["pk"]["S"], "bad");
}

#[tokio::test]
async fn a_record_that_is_too_old_is_listed_and_not_delivered() {
    let mut config = config_with(|stream| stream.maximum_record_age_s = Some(0));
    // So that the record is certainly older.
    config.stream_delay = Duration::from_millis(50);
    let functions = Functions::start(|_| Answer::Done).await;
    let aws = start(&config, &functions);
    write(&aws, &["a"]).await;
    let listed = wait_for_failure(&aws).await;
    assert_eq!(listed[0]["condition"], "RecordAgeExceeded");
    assert_eq!(listed[0]["attempts"], 0);
    assert_eq!(functions.most_at_once(), 0);
}

/// Polls until a failure is listed.
async fn wait_for_failure(aws: &aviary_localaws::LocalAws) -> Vec<serde_json::Value> {
    let asked = async {
        loop {
            let listed = given_up(aws).await;
            if !listed.is_empty() {
                return listed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("a failure")
}

#[tokio::test]
async fn a_function_that_hangs_is_a_failed_attempt() {
    let never = Arc::new(Semaphore::new(0));
    let mut functions = Functions::answering([Answer::Held(never)]).await;
    let mut config = config_with(|stream| stream.maximum_retries = Some(1));
    config.invocation_limit = Duration::from_millis(300);
    let aws = start(&config, &functions);
    write(&aws, &["a"]).await;
    assert_eq!(functions.keys(2).await, ["a", "a"]);
    assert_eq!(given_up(&aws).await.len(), 0);
}
