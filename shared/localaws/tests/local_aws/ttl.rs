//! The deletion of expired items.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aviary_localaws::{Config, LocalAws};
use aws_sdk_dynamodb::types::AttributeValue;

use crate::fixture::{dynamodb, get, item, number, put, start, template, text};

/// A time for a TTL attribute.
pub(crate) fn seconds_from_now(seconds: i64) -> AttributeValue {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    number(i64::try_from(now).unwrap() + seconds)
}

#[tokio::test]
async fn a_sweep_deletes_expired_items_and_no_others() {
    let aws = start();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("expired", &[("expires_at", seconds_from_now(-60))])).await;
    put(&client, item("valid", &[("expires_at", seconds_from_now(3600))])).await;
    put(&client, item("no number", &[("expires_at", text("1"))])).await;
    put(&client, item("for ever", &[])).await;

    assert!(get(&client, "expired").await.is_some());
    aws.sweep().unwrap();

    assert_eq!(get(&client, "expired").await, None);
    for kept in ["valid", "no number", "for ever"] {
        assert!(get(&client, kept).await.is_some(), "{kept}");
    }
}

#[tokio::test]
async fn the_timer_sweeps_too() {
    let mut config = Config::temporary(&template()).unwrap();
    config.sweep_every = Duration::from_millis(20);
    let aws = LocalAws::start(config).unwrap();
    let client = dynamodb(&aws.dynamodb_url());
    put(&client, item("expired", &[("expires_at", seconds_from_now(-60))])).await;
    tokio::time::timeout(Duration::from_secs(20), async { while get(&client, "expired").await.is_some() {} })
        .await
        .expect("the timer removes the item");
}
