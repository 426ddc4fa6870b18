//! Events of new objects.

use aviary_localaws::{Config, LocalAws};
use aviary_template::{Bucket, EventRule, Filter};
use serde_json::json;

use super::functions::{Answer, Functions};
use super::{config, given_up, start};
use crate::fixture::s3;

const BUCKET: &str = "pictures";

/// A configuration with a rule for every event of a bucket.
fn config_with_rule() -> Config {
    let mut config = config();
    config.storage.buckets.push(Bucket { logical_id: "Pictures".to_owned(), name: BUCKET.to_owned() });
    config.event_sources[0].rules.push(EventRule { name: "NewObjects".to_owned(), filter: Filter::default() });
    config
}

async fn put(aws: &LocalAws, key: &str) -> String {
    let put = s3(&aws.aws_url()).put_object().bucket(BUCKET).key(key).body(b"pixels".to_vec().into());
    put.send().await.unwrap().e_tag().unwrap().trim_matches('"').to_owned()
}

#[tokio::test]
async fn a_new_object_is_told_as_eventbridge_tells_it() {
    let mut functions = Functions::start(|_| Answer::Done).await;
    let aws = start(&config_with_rule(), &functions);
    let etag = put(&aws, "a/größe 1.jpg").await;
    let invocation = functions.next().await;
    assert_eq!(invocation.function, "worker");
    let event = invocation.event;
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("aws.s3"), &json!("Object Created")));
    assert_eq!(event["detail"]["bucket"], json!({"name": BUCKET}));
    let object = &event["detail"]["object"];
    assert_eq!((&object["key"], &object["size"], &object["etag"]), (&json!("a/größe 1.jpg"), &json!(6), &json!(etag)));
}

#[tokio::test]
async fn an_event_waits_for_functions_and_survives_a_restart() {
    let config = config_with_rule();
    let aws = LocalAws::start(config.clone()).unwrap();
    put(&aws, "a").await;
    aws.stop();
    let mut functions = Functions::start(|_| Answer::Done).await;
    let _aws = start(&config, &functions);
    assert_eq!(functions.next().await.event["detail"]["object"]["key"], "a");
}

#[tokio::test]
async fn a_failed_event_is_repeated_twice_and_keeps_no_other_waiting() {
    let mut functions = Functions::start(|invocation| match invocation.event["detail"]["object"]["key"].as_str() {
        Some("bad") => Answer::Error,
        _ => Answer::Done,
    })
    .await;
    let aws = start(&config_with_rule(), &functions);
    put(&aws, "bad").await;
    put(&aws, "good").await;
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(functions.next().await.event["detail"]["object"]["key"].as_str().unwrap().to_owned());
    }
    assert_eq!(keys.iter().filter(|key| *key == "bad").count(), 3);
    assert_ne!(keys.last().map(String::as_str), Some("good"));
    let failure = loop {
        if let Some(failure) = given_up(&aws).await.pop() {
            break failure;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&failure["condition"], &failure["attempts"]), (&json!("RetriesExhausted"), &json!(3)));
    assert_eq!(failure["event"]["detail"]["object"]["key"], "bad");
}
