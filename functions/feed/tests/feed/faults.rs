//! Failed records are delivered again, and nothing is doubled or lost.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;

use crate::batches::{busy, notifications};
use crate::world::World;

/// Hands a batch to a process as Lambda does: after a failure it delivers the failed record and all that follow it.
async fn deliver(world: &World, process: usize, records: &[Value]) {
    let mut left = records;
    for _ in 0..20 {
        let failed = world.hand(process, left).await;
        let is_failed = |record: &Value| failed.iter().any(|id| *id == record["dynamodb"]["SequenceNumber"]);
        let Some(first) = left.iter().position(is_failed) else { return };
        left = &left[first..];
    }
    panic!("the batch fails for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_conflicts_and_lost_responses_change_nothing() {
    let world = World::with_faults(7);
    let records = busy(&world).await;
    let whole = World::start();
    let all = busy(&whole).await;
    whole.hand(0, &all).await;
    for some in records.chunks(24) {
        tokio::join!(deliver(&world, 0, some), deliver(&world, 1, some));
    }
    let faults = world.proxy.as_ref().unwrap().faults.load(Ordering::Relaxed);
    assert!(faults > 20, "only {faults} faults: the test proves nothing");
    world.assert_counts().await;
    world.assert_inboxes().await;
    assert_eq!(notifications(&world).await.len(), notifications(&whole).await.len());
}

/// A process dies at any moment; another gets its batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_stopped_process_is_finished_by_the_next() {
    let world = World::start();
    let records = busy(&world).await;
    let whole = World::start();
    let all = busy(&whole).await;
    whole.hand(0, &all).await;
    for time in (0..40).map(Duration::from_millis) {
        // Whether it finished in time makes no difference.
        let _ = tokio::time::timeout(time, world.hand(0, &records)).await;
    }
    assert_eq!(world.hand(1, &records).await, Vec::<String>::new());
    world.assert_counts().await;
    world.assert_inboxes().await;
    assert_eq!(notifications(&world).await.len(), notifications(&whole).await.len());
}

/// Jobs fail and are put off, some of them half done.
#[tokio::test(flavor = "multi_thread")]
async fn removals_finish_however_often_dynamodb_fails() {
    let world = World::with_faults(19);
    let gone = world.account("gone").await;
    let [a, b] = world.users::<2>().await;
    world.follow(a, gone.id).await;
    world.follow(gone.id, b).await;
    deliver(&world, 0, &world.records().await).await;
    let (mine, theirs) = (world.tweet(gone.id, "Hello @user0 #tag").await, world.tweet(b, "Hello @gone").await);
    deliver(&world, 0, &world.records().await).await;
    let comments = [world.comment(gone.id, &theirs, "@user0").await, world.comment(a, &mine, "Oh").await];
    for (who, tweet) in [(a, &mine), (b, &mine), (gone.id, &theirs)] {
        world.like(who, tweet).await;
        world.retweet(who, tweet).await;
    }
    world.like_comment(b, &comments[0]).await;
    world.like_comment(gone.id, &comments[1]).await;
    world.relations.mute(b, gone.id, world.edge()).await.unwrap();
    world.delete_account(&gone).await;
    for _ in 0..80 {
        deliver(&world, 0, &world.records().await).await;
        if world.deliver_jobs().await.is_none() && world.items("JobsTable").await.is_empty() {
            break;
        }
        world.clock.forward(7_200);
    }
    deliver(&world, 0, &world.records().await).await;
    assert_eq!(world.items("JobsTable").await.len(), 0);
    for id in [gone.id.to_string(), mine.id.to_string(), comments[0].id.to_string()] {
        assert_eq!(world.left_of(&id).await, Vec::<String>::new());
    }
    let faults = world.proxy.as_ref().unwrap().faults.load(Ordering::Relaxed);
    assert!(faults > 50, "only {faults} faults: the test proves nothing");
    world.assert_counts().await;
    world.assert_inboxes().await;
}
