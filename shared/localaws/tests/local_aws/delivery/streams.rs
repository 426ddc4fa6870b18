//! The order and position of delivered stream records.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aviary_localaws::{Config, LocalAws};
use aviary_template::StartingPosition;
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;

use super::functions::{Answer, Functions};
use super::{config, config_with, given_up, start, start_at, template, write, write_before};
use crate::fixture::{TABLE, dynamodb, item, key, put, text};

#[tokio::test]
async fn records_arrive_in_lambdas_format() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let config = config_with(|stream| stream.batch_size = 1);
    let aws = start(&config, &functions);
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("a", &[("n", text("1"))])).await;
    put(&client, item("a", &[("n", text("2"))])).await;
    client.delete_item().table_name(TABLE).set_key(Some(key("a"))).send().await.unwrap();

    let keys = json!({"pk": {"S": "a"}, "sk": {"S": "-"}});
    let image = |n: &str| json!({"pk": {"S": "a"}, "sk": {"S": "-"}, "n": {"S": n}});
    let expected = [
        ("INSERT", None, Some(image("1"))),
        ("MODIFY", Some(image("1")), Some(image("2"))),
        ("REMOVE", Some(image("2")), None),
    ];
    let mut sequences = Vec::new();
    for (name, old, new) in expected {
        let invocation = functions.next().await;
        assert_eq!(invocation.function, "worker");
        let records = invocation.event["Records"].as_array().unwrap();
        assert_eq!(records.len(), 1);
        let record = &records[0];
        assert_eq!(record["eventName"], name);
        assert_eq!(record["eventVersion"], "1.1");
        assert_eq!(record["eventSource"], "aws:dynamodb");
        assert_eq!(record["awsRegion"], "us-east-1");
        assert_eq!(record["eventSourceARN"], config.event_sources[0].streams[0].arn);
        assert!(!record["eventID"].as_str().unwrap().is_empty());
        let change = &record["dynamodb"];
        assert_eq!(change["Keys"], keys);
        assert_eq!(change.get("OldImage"), old.as_ref());
        assert_eq!(change.get("NewImage"), new.as_ref());
        assert_eq!(change["StreamViewType"], "NEW_AND_OLD_IMAGES");
        assert!(change["ApproximateCreationDateTime"].is_i64() && change["SizeBytes"].as_i64().unwrap() > 0);
        sequences.push(change["SequenceNumber"].as_str().unwrap().to_owned());
    }
    assert!(sequences.is_sorted(), "{sequences:?}");
}

#[tokio::test]
async fn records_come_in_order_and_one_batch_at_a_time() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let aws = start(&config_with(|stream| stream.batch_size = 3), &functions);
    let keys: Vec<String> = (0..40).map(|n| format!("k{n}")).collect();
    write(&aws, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(functions.keys(keys.len()).await, keys);
    assert_eq!(functions.most_at_once(), 1);
    assert_eq!(given_up(&aws).await.len(), 0);
}

#[tokio::test]
async fn records_that_the_filter_does_not_pass_are_not_delivered() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    // Of every three records of an item, only the last one has what the filter asks for.
    let template = std::fs::read_to_string(template()).unwrap().replace(
        "BatchSize: 10",
        r#"BatchSize: 2
            FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"n":{"S":[{"prefix":"3"}]}}}}' }] }"#,
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    std::fs::write(&path, template).unwrap();
    let aws = start(&Config::temporary(&path).unwrap(), &functions);
    let client = dynamodb(&aws.dynamodb_url());
    for key in ["a", "b"] {
        for n in ["1", "2", "3"] {
            put(&client, item(key, &[("n", text(n))])).await;
        }
    }
    for key in ["a", "b"] {
        let invocation = functions.next().await;
        assert_eq!(invocation.keys(), [key]);
        assert_eq!(invocation.event["Records"][0]["dynamodb"]["NewImage"]["n"]["S"], "3");
    }
    assert_eq!(functions.waiting(), []);
}

#[tokio::test]
async fn the_next_batch_waits_for_the_answer_to_the_last() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let mut functions = Functions::start(move |_| Answer::Held(Arc::clone(&held))).await;
    let config = config_with(|stream| stream.batch_size = 2);
    write_before(&config, &["a", "b", "c"]).await;
    let aws = start(&config, &functions);
    assert_eq!(functions.next().await.keys(), ["a", "b"]);
    // Many polls could happen during these writes.
    let more: Vec<String> = (0..30).map(|n| format!("m{n}")).collect();
    write(&aws, &more.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(functions.waiting(), []);
    gate.add_permits(1_000);
    assert_eq!(functions.next().await.keys(), ["c", "m0"]);
    assert_eq!(functions.keys(29).await, more[1..]);
    assert_eq!(functions.most_at_once(), 1);
}

#[tokio::test]
async fn without_functions_nothing_is_lost() {
    let config = config();
    write_before(&config, &["a", "b"]).await;
    // The port is reserved but not listening, so connections are refused.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let aws = start_at(&config, &format!("http://{}", socket.local_addr().unwrap()));
    write(&aws, &["c"]).await;
    let mut functions = Functions::on(socket.listen(64).unwrap(), |_| Answer::Done);
    assert_eq!(functions.keys(3).await, ["a", "b", "c"]);
    assert_eq!(given_up(&aws).await.len(), 0);
}

#[tokio::test]
async fn an_invocation_that_did_not_reach_the_function_is_no_attempt() {
    let mut functions = Functions::answering([Answer::Cut, Answer::Missing, Answer::Cut, Answer::Missing]).await;
    let aws = start(&config_with(|stream| stream.maximum_retries = Some(0)), &functions);
    write(&aws, &["a"]).await;
    let mut invocations = Vec::new();
    for _ in 0..5 {
        invocations.push(functions.next().await);
    }
    assert!(invocations.windows(2).all(|pair| pair[0] == pair[1]), "{invocations:?}");
    write(&aws, &["b"]).await;
    assert_eq!(functions.next().await.keys(), ["b"]);
    assert_eq!(given_up(&aws).await.len(), 0);
}

#[tokio::test]
async fn a_restart_continues_after_the_last_answered_batch() {
    let config = config_with(|stream| stream.batch_size = 1);
    write_before(&config, &["a", "b", "c", "d"]).await;
    let never = Arc::new(Semaphore::new(0));
    let mut first = Functions::start(move |invocation| match invocation.keys()[0].as_str() {
        "c" => Answer::Held(Arc::clone(&never)),
        _ => Answer::Done,
    })
    .await;
    let aws = start(&config, &first);
    assert_eq!(first.keys(3).await, ["a", "b", "c"]);
    let began = Instant::now();
    aws.stop();
    assert!(began.elapsed() < Duration::from_secs(4), "an invocation under way must not hold up the end");

    let mut second = Functions::start(|_| Answer::Done).await;
    let aws = start(&config, &second);
    assert_eq!(second.keys(2).await, ["c", "d"]);
    write(&aws, &["e"]).await;
    assert_eq!(second.keys(1).await, ["e"]);
}

#[tokio::test]
async fn latest_begins_with_records_written_after_the_first_start() {
    let mut config = config();
    let sources = std::mem::take(&mut config.event_sources);
    write_before(&config, &["before"]).await;

    config.event_sources = sources;
    config.event_sources[0].streams[0].starting_position = StartingPosition::Latest;
    write_before(&config, &["after"]).await;
    let mut functions = Functions::start(|_| Answer::Done).await;
    let aws = start(&config, &functions);
    assert_eq!(functions.next().await.keys(), ["after"]);
    drop(aws);
}

#[tokio::test]
async fn every_function_of_a_stream_has_its_own_position() {
    let mut config = config();
    let mut other = config.event_sources[0].clone();
    other.binary = "feed".to_owned();
    config.event_sources.push(other);
    let mut functions = Functions::start(|invocation| match invocation.function.as_str() {
        "worker" => Answer::Error,
        _ => Answer::Done,
    })
    .await;
    let aws = start(&config, &functions);
    write(&aws, &["a"]).await;
    loop {
        let invocation = functions.next().await;
        if invocation.function == "feed" {
            assert_eq!(invocation.keys(), ["a"]);
            break;
        }
    }
}

#[tokio::test]
async fn a_delayed_record_arrives_no_younger_than_its_delay() {
    let mut config = config();
    config.stream_delay = Duration::from_millis(1_200);
    let mut functions = Functions::start(|_| Answer::Done).await;
    let aws = start(&config, &functions);
    let client = dynamodb(&aws.dynamodb_url());
    let began = Instant::now();
    put(&client, item("a", &[])).await;
    assert_eq!(functions.next().await.keys(), ["a"]);
    let lag = began.elapsed();
    // The database's clock has whole microseconds, the test's does not.
    assert!(lag >= Duration::from_millis(1_190), "{lag:?}");
}

#[tokio::test]
async fn a_large_batch_is_cut_at_lambdas_limit() {
    let config = config();
    let aws = LocalAws::start(config.clone()).unwrap();
    let client = dynamodb(&aws.dynamodb_url());
    let large = "x".repeat(390_000);
    for _ in 0..10 {
        // Each record has two images of this size.
        put(&client, item("a", &[("data", text(&large))])).await;
    }
    aws.stop();
    let mut functions = Functions::start(|_| Answer::Done).await;
    let _aws = start(&config, &functions);
    let first = functions.next().await;
    assert!(first.event.to_string().len() <= 6 * 1024 * 1024 + 20);
    let count = first.keys().len();
    assert!((2..10).contains(&count), "{count}");
    assert_eq!(functions.keys(10 - count).await.len(), 10 - count);
}
