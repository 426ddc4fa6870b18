//! What fails comes again, and nothing is doubled or lost over it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;

use crate::batches::{busy, told};
use crate::world::World;

/// Hands a batch to one of the processes as the stream does: what failed comes again with everything behind it.
async fn deliver(world: &World, process: usize, records: &[Value]) {
    let mut left = records;
    for _ in 0..20 {
        let failed = world.hand(process, left).await;
        let is_failed = |record: &Value| failed.iter().any(|id| *id == record["dynamodb"]["SequenceNumber"]);
        let Some(first) = left.iter().position(is_failed) else { return };
        left = &left[first..];
    }
    panic!("it fails for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dynamodb_that_throttles_conflicts_and_loses_answers_changes_nothing_in_the_end() {
    let world = World::with_faults(7);
    let records = busy(&world).await;
    let whole = World::start();
    let all = busy(&whole).await;
    whole.hand(0, &all).await;
    for some in records.chunks(24) {
        tokio::join!(deliver(&world, 0, some), deliver(&world, 1, some));
    }
    let faults = world.proxy.as_ref().unwrap().faults.load(Ordering::Relaxed);
    assert!(faults > 20, "only {faults} faults: no test");
    world.assert_counts().await;
    world.assert_inboxes().await;
    assert_eq!(told(&world).await.len(), told(&whole).await.len());
}

/// The process dies at any moment: what it was at comes again, to another.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_was_killed_anywhere_is_followed_by_the_next() {
    let world = World::start();
    let records = busy(&world).await;
    let whole = World::start();
    let all = busy(&whole).await;
    whole.hand(0, &all).await;
    for patience in (0..40).map(Duration::from_millis) {
        // It makes no difference whether it was done in time.
        let _ = tokio::time::timeout(patience, world.hand(0, &records)).await;
    }
    assert_eq!(world.hand(1, &records).await, Vec::<String>::new());
    world.assert_counts().await;
    world.assert_inboxes().await;
    assert_eq!(told(&world).await.len(), told(&whole).await.len());
}

/// The jobs fail and are put off, some after half of what they had to do.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_removed_goes_however_often_dynamodb_fails() {
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
        if world.bring_jobs().await.is_none() && world.items("JobsTable").await.is_empty() {
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
    assert!(faults > 50, "only {faults} faults: no test");
    world.assert_counts().await;
    world.assert_inboxes().await;
}
