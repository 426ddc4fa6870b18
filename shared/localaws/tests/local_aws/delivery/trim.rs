//! The deletion of old stream records.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aviary_localaws::Clock;

use super::functions::{Answer, Functions};
use super::{config, config_with, start, write};
use crate::streams::records;

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// A clock that the test sets.
fn clock() -> (Arc<AtomicI64>, Clock) {
    let ahead = Arc::new(AtomicI64::new(0));
    let reads = Arc::clone(&ahead);
    let now = || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    (ahead, Clock::new(move || now() + reads.load(Ordering::SeqCst)))
}

#[tokio::test]
async fn records_are_deleted_after_a_day_but_not_before_delivery() {
    let (ahead, clock) = clock();
    let mut config = config_with(|stream| stream.batch_size = 1);
    config.clock = clock;
    let aws = aviary_localaws::LocalAws::start(config.clone()).unwrap();
    write(&aws, &["a", "b", "c"]).await;
    ahead.store(25 * HOUR_MS, Ordering::SeqCst);
    aws.sweep().unwrap();
    assert_eq!(records(&aws).await.len(), 3);
    aws.stop();

    let mut functions = Functions::start(|_| Answer::Done).await;
    ahead.store(23 * HOUR_MS, Ordering::SeqCst);
    let aws = start(&config, &functions);
    write(&aws, &["d"]).await;
    // When the next record arrives, the one before is done.
    assert_eq!(functions.keys(4).await, ["a", "b", "c", "d"]);
    aws.sweep().unwrap();
    assert_eq!(records(&aws).await.len(), 4);
    ahead.store(25 * HOUR_MS, Ordering::SeqCst);
    aws.sweep().unwrap();
    assert_eq!(records(&aws).await.len(), 1);
    write(&aws, &["e"]).await;
    assert_eq!(functions.next().await.keys(), ["e"]);
}

#[tokio::test]
async fn records_without_a_function_are_deleted_after_a_day() {
    let (ahead, clock) = clock();
    let mut config = config();
    config.clock = clock;
    config.event_sources.clear();
    let aws = aviary_localaws::LocalAws::start(config).unwrap();
    write(&aws, &["a", "b"]).await;
    aws.sweep().unwrap();
    assert_eq!(records(&aws).await.len(), 2);
    ahead.store(25 * HOUR_MS, Ordering::SeqCst);
    aws.sweep().unwrap();
    assert_eq!(records(&aws).await.len(), 1);
}
