//! The records of DynamoDB streams.

use aviary_localaws::LocalAws;
use serde_json::{Value, json};

use crate::fixture::{TABLE, dynamodb, item, key, put, start, text};

/// Calls DynamoDB Streams without its SDK, which the workspace does not have.
async fn streams(aws: &LocalAws, operation: &str, body: Value) -> Value {
    let answer = reqwest::Client::new()
        .post(aws.dynamodb_url())
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDBStreams_20120810.{operation}"))
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=0",
        )
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{status} {text}");
    serde_json::from_str(&text).unwrap()
}

/// All records of the table's stream, oldest first.
pub(crate) async fn records(aws: &LocalAws) -> Vec<Value> {
    let found = streams(aws, "ListStreams", json!({"TableName": TABLE})).await;
    let arn = found["Streams"][0]["StreamArn"].clone();
    let described = streams(aws, "DescribeStream", json!({"StreamArn": arn})).await;
    assert_eq!(described["StreamDescription"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    let mut records = Vec::new();
    for shard in described["StreamDescription"]["Shards"].as_array().unwrap() {
        let asked = json!({"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"});
        let iterator = streams(aws, "GetShardIterator", asked).await["ShardIterator"].clone();
        let found = streams(aws, "GetRecords", json!({"ShardIterator": iterator})).await;
        records.extend(found["Records"].as_array().unwrap().iter().cloned());
    }
    records
}

#[tokio::test]
async fn every_change_is_in_the_stream_in_order_with_both_images() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("t1", &[("likes", text("0"))])).await;
    put(&client, item("t1", &[("likes", text("1"))])).await;
    client.delete_item().table_name(TABLE).set_key(Some(key("t1"))).send().await.unwrap();

    let records = records(&aws).await;
    let names: Vec<_> = records.iter().map(|record| record["eventName"].as_str().unwrap()).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);
    assert_eq!(records[1]["dynamodb"]["OldImage"]["likes"]["S"], "0");
    assert_eq!(records[1]["dynamodb"]["NewImage"]["likes"]["S"], "1");
    assert_eq!(records[2]["dynamodb"]["OldImage"]["likes"]["S"], "1");
    assert!(records[2]["dynamodb"].get("NewImage").is_none());
}

#[tokio::test]
async fn the_record_of_an_expired_item_names_the_service_as_its_cause() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("s1", &[("expires_at", crate::ttl::seconds_from_now(-60))])).await;
    aws.sweep().unwrap();
    let records = records(&aws).await;
    let removed = records.last().unwrap();
    assert_eq!(removed["eventName"], "REMOVE");
    assert_eq!(removed["userIdentity"]["principalId"], "dynamodb.amazonaws.com");
}
