//! What belongs to one reader stays bounded, and one recipient of very many notifications keeps nobody waiting.

use std::collections::HashMap;
use std::time::Instant;

use aviary_model::{TweetId, UserId};
use aviary_store::{
    KEPT_ENTRIES, NotificationContent, NotificationKind, Patience, Task, TimelineEntry, trims_timeline,
};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::world::{Random, World};

/// How many of a user's items in `feed` have this prefix.
async fn count(world: &World, user: UserId, prefix: &str) -> usize {
    let pk = format!("U#{user}");
    world.items("FeedTable").await.into_keys().filter(|(of, sk)| *of == pk && sk.starts_with(prefix)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_keeps_its_newest_entries() {
    let world = World::start();
    let [reader, author, other] = world.users::<3>().await;
    world.follow(reader, author).await;
    let mut entries = Vec::new();
    for _ in 0..30 {
        let tweet = TweetId::new(world.now(), &Random).unwrap();
        let entry = TimelineEntry::tweeted(tweet, author);
        world.home.put(reader, &entry, world.now()).await.unwrap();
        let retweet = TimelineEntry::retweeted(tweet, author, other, world.edge());
        world.home.put(reader, &retweet, world.now()).await.unwrap();
        entries.push(entry);
        world.clock.forward(1);
    }
    assert_eq!(count(&world, reader, "ALSO#").await, 30);
    assert!(!world.home.trim(reader, 30).await.unwrap());
    assert_eq!(count(&world, reader, "HOME#").await, 30);
    assert!(!world.home.trim(reader, 20).await.unwrap());
    let page = world.home.page(reader, None, 100, world.now()).await.unwrap();
    let left: Vec<TweetId> = page.entries.iter().map(|entry| entry.tweet).collect();
    let newest: Vec<TweetId> = entries.iter().rev().take(20).map(|entry| entry.tweet).collect();
    assert_eq!(left, newest);
    assert_eq!(count(&world, reader, "ALSO#").await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_keeps_its_newest_notifications_and_its_unread_count() {
    let world = World::start();
    let [recipient] = world.users::<1>().await;
    let contents: Vec<NotificationContent> = followed_by(&world, 250);
    world.notifications.notify(recipient, &contents, world.now(), Patience::Long).await.unwrap();
    world.notifications.trim(recipient, 250, world.now()).await.unwrap();
    assert_eq!(count(&world, recipient, "N#").await, 250);
    world.notifications.trim(recipient, 20, world.now()).await.unwrap();
    assert_eq!(count(&world, recipient, "N#").await, 20);
    assert_eq!(world.notifications.unread(recipient, world.now()).await.unwrap(), 20);
    let page = world.notifications.page(recipient, None, 100, world.now()).await.unwrap();
    let left: Vec<UserId> = page.entries.iter().map(|notification| notification.news.actor).collect();
    let newest: Vec<UserId> = contents.iter().rev().take(20).map(|content| content.actor).collect();
    assert_eq!(left, newest);
    world.notifications.read_all(recipient).await.unwrap();
    world.notifications.trim(recipient, 5, world.now()).await.unwrap();
    assert_eq!(count(&world, recipient, "N#").await, 5);
    assert_eq!(world.notifications.unread(recipient, world.now()).await.unwrap(), 0);
}

/// Notifications of follows by people without account.
fn followed_by(world: &World, people: usize) -> Vec<NotificationContent> {
    let follow = |_| NotificationContent {
        kind: NotificationKind::Follow,
        actor: UserId::new(world.now(), &Random).unwrap(),
        tweet: None,
        comment: None,
        created_at: world.now(),
    };
    (0..people).map(follow).collect()
}

async fn set_seq(world: &World, user: UserId, seq: usize) {
    let inbox = HashMap::from([
        ("pk".to_owned(), AttributeValue::S(format!("U#{user}"))),
        ("sk".to_owned(), AttributeValue::S("INBOX".to_owned())),
    ]);
    let update = world.dynamodb.update_item().table_name(test_support::table("FeedTable")).set_key(Some(inbox));
    let update = update.update_expression("SET seq = :seq");
    update.expression_attribute_values(":seq", AttributeValue::N(seq.to_string())).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ten_thousandth_notification_and_one_entry_of_some_hundred_make_the_job_that_trims() {
    let world = World::start();
    let [recipient, actor] = world.users::<2>().await;
    let notify = async |count: usize| {
        let contents = followed_by(&world, count);
        world.notifications.notify(recipient, &contents, world.now(), Patience::Long).await.unwrap()
    };
    assert!(!notify(30).await);
    // As if ten thousand more had come and gone.
    set_seq(&world, recipient, KEPT_ENTRIES + 230).await;
    assert!(notify(20).await, "it passed 10,240");
    assert!(!notify(5).await);
    let job = world.tables.jobs.job(Task::TrimInbox { user: recipient }, world.now()).unwrap();
    world.tables.jobs.put(&job).await.unwrap();
    world.work().await;
    assert_eq!(count(&world, recipient, "N#").await, 25);
    assert_eq!(world.notifications.unread(recipient, world.now()).await.unwrap(), 25);

    // Followers without account, so that each tweet is written to many timelines.
    for _ in 0..40 {
        world.follow(UserId::new(world.now(), &Random).unwrap(), actor).await;
    }
    world.settle_twice().await;
    let mut expected = 0;
    while expected == 0 {
        let tweet = world.tweet(actor, "Hello").await;
        let records = world.records().await;
        assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
        // The first delivery runs the fan-out, and the jobs that trim are left.
        assert_eq!(world.deliver_jobs().await, Some(json!([])));
        let readers = world.items("FeedTable").await.into_keys();
        let readers = readers.filter(|(_, sk)| *sk == format!("HOME#{}", tweet.id));
        let readers = readers.map(|(pk, _)| pk.strip_prefix("U#").unwrap().parse().unwrap());
        expected = readers.filter(|reader| trims_timeline(*reader, tweet.id)).count();
        assert_eq!(world.items("JobsTable").await.len(), expected);
    }
    world.work().await;
    assert!(world.items("JobsTable").await.is_empty());
}

/// A star gets a thousand notifications, nine of ten records. The others get theirs with the batch that brings them:
/// nobody waits for the star, whose notifications may come later by jobs.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_notifications_of_one_recipient_keep_nobody_waiting() {
    const LIKES: usize = 1_000;
    const OTHERS: usize = 100;
    let world = World::start();
    let [star, liker] = world.users::<2>().await;
    let mut tweets = Vec::new();
    for _ in 0..LIKES {
        tweets.push(world.tweet(star, "Hello").await);
    }
    let mut others = Vec::new();
    for number in 0..OTHERS {
        let other = world.user(&format!("other{number}")).await;
        others.push((other, world.tweet(other, "Hi").await));
    }
    world.settle_twice().await;
    for tweet in tweets.iter().chain(others.iter().map(|(_, tweet)| tweet)) {
        world.like(liker, tweet).await;
    }
    // The stream's lanes hand on batches concurrently; each has its share of the others.
    let records = world.records().await;
    let mut batches: Vec<Vec<Value>> = vec![Vec::new(); records.len().div_ceil(100)];
    let lanes = batches.len();
    for (number, record) in records.into_iter().enumerate() {
        batches[number % lanes].push(record);
    }
    let (started, mut slowest) = (Instant::now(), std::time::Duration::ZERO);
    for some in batches.chunks(4) {
        let began = Instant::now();
        let hand = some.iter().enumerate().map(|(lane, batch)| world.hand(lane % 2, batch));
        for failed in futures_util::future::join_all(hand).await {
            assert_eq!(failed, Vec::<String>::new());
        }
        slowest = slowest.max(began.elapsed());
    }
    println!("{LIKES} notifications of one and {OTHERS} of others: {:?}, a batch {slowest:?}", started.elapsed());
    for (other, _) in &others {
        assert_eq!(world.notifications.unread(*other, world.now()).await.unwrap(), 1, "no job was needed");
    }
    let jobs = world.items("JobsTable").await;
    assert!(jobs.values().all(|job| job["task"].as_m().unwrap()["user"].as_s().unwrap() == &star.to_string()));
    world.clock.forward(31);
    world.work().await;
    world.settle_twice().await;
    assert_eq!(world.notifications.unread(star, world.now()).await.unwrap(), LIKES as u64);
    world.assert_inboxes().await;
}
