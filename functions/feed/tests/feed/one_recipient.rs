//! One recipient whose items can't be written costs nobody else anything.

use std::sync::{Arc, Mutex};

use aviary_model::UserId;
use serde_json::json;

use crate::world::World;

const FULL: &str = "ItemCollectionSizeLimitExceededException";
const THROTTLED: &str = "ThrottlingException";

/// An author with a victim and two others as followers. The author tweets and mentions all three.
async fn tweeted(code: &'static str) -> (World, Arc<Mutex<Option<UserId>>>, [UserId; 4]) {
    let victim = Arc::new(Mutex::new(None));
    let world = World::with_victim(victim.clone(), code);
    let [author, sufferer, one, two] = world.users::<4>().await;
    for reader in [sufferer, one, two] {
        world.follow(reader, author).await;
    }
    world.settle_twice().await;
    *victim.lock().unwrap() = Some(sufferer);
    let tweet = world.tweet(author, "For @user1, @user2 and @user3").await;
    let records = world.records().await;
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new(), "the batch is done without the victim");
    assert_eq!(world.deliver_jobs().await, Some(json!([])));
    assert_eq!(world.readers_of(&tweet).await, 2);
    for reader in [one, two] {
        assert_eq!(world.notifications.unread(reader, world.now()).await.unwrap(), 1);
    }
    (world, victim, [author, sufferer, one, two])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_is_throttled_gets_everything_later() {
    let (world, victim, [_, sufferer, ..]) = tweeted(THROTTLED).await;
    assert_eq!(world.notifications.unread(sufferer, world.now()).await.unwrap(), 0);
    assert_eq!(world.items("JobsTable").await.len(), 2, "a timeline entry and a notification");
    *victim.lock().unwrap() = None;
    world.clock.forward(31);
    world.work().await;
    let page = world.home.page(sufferer, None, 10, world.now()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(world.notifications.unread(sufferer, world.now()).await.unwrap(), 1);
    assert!(world.items("JobsTable").await.is_empty());
    world.assert_inboxes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_whose_partition_is_full_leaves_no_job() {
    let (world, ..) = tweeted(FULL).await;
    assert!(world.items("JobsTable").await.is_empty());
    world.settle_twice().await;
}

/// A job that can't be done is put off, and the worker's other jobs go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_is_throttled_for_good_keeps_nobody_waiting() {
    let (world, _, [author, _, one, two]) = tweeted(THROTTLED).await;
    for n in 0..5 {
        let tweet = world.tweet(author, &format!("Number {n}")).await;
        let records = world.records().await;
        assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
        world.clock.forward(31);
        assert_eq!(world.deliver_jobs().await, Some(json!([])));
        assert_eq!(world.readers_of(&tweet).await, 2);
    }
    for reader in [one, two] {
        assert_eq!(world.home.page(reader, None, 10, world.now()).await.unwrap().entries.len(), 6);
    }
}
