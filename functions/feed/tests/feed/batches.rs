//! Records are delivered at least once, in any batch, concurrently to any other process.

use aviary_runtime::EventHandler;
use aviary_store::{NotificationKind, Reaction};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use test_support::stream_record;

use crate::world::{Random, World};

/// Five users do everything that is counted or notified, and undo some of it.
pub(crate) async fn busy(world: &World) -> Vec<Value> {
    let [a, b, c, d, e] = world.users::<5>().await;
    let mut records = Vec::new();
    for (who, whom) in [(a, b), (b, a), (c, a), (d, a), (e, a), (e, b)] {
        world.follow(who, whom).await;
    }
    records.extend(world.records().await);
    let first = world.tweet(a, "Hello @user1 and @user2, and @nobody").await;
    let second = world.tweet(b, "Something else").await;
    let answer = world.reply(c, &first, "@user0 indeed").await;
    let comment = world.comment(b, &first, "@user3 look").await;
    records.extend(world.records().await);
    for who in [b, c, d, e] {
        world.like(who, &first).await;
        world.retweet(who, &first).await;
        world.react(who, Reaction::Save, &first).await;
        world.like_comment(who, &comment).await;
    }
    world.like(a, &second).await;
    world.like(a, &answer).await;
    let gone = world.comment(d, &second, "Oh").await;
    records.extend(world.records().await);
    // Some of it is undone, and some of that is done again.
    world.unfollow(d, a).await;
    world.unlike(b, &first).await;
    world.unlike(c, &first).await;
    world.comments.delete(&gone, &world.tables.jobs, world.now()).await.unwrap();
    records.extend(world.records().await);
    world.follow(d, a).await;
    world.like(c, &first).await;
    records.extend(world.records().await);
    records
}

/// All notifications: recipient, kind and sort key.
pub(crate) async fn notifications(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = world
        .items("FeedTable")
        .await
        .into_iter()
        .filter(|((_, sk), _)| sk.starts_with("N#"))
        .map(|((pk, sk), item)| format!("{pk} {} {sk}", item["kind"].as_s().unwrap()))
        .collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_batch_changes_nothing() {
    let world = World::start();
    let records = busy(&world).await;
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    world.assert_counts().await;
    world.assert_inboxes().await;
    let (before, all) = (world.items("SocialTable").await, notifications(&world).await);
    // Follows 6, likes 4 + 2 + 4 of the comment without one's own, retweets 4, comments 1 + 1, mentions 2 + 1 + 1.
    let of = |kind: NotificationKind| {
        let word = format!(" {} ", kind.as_str());
        all.iter().filter(|line| line.contains(&word)).count()
    };
    use NotificationKind::{Comment, Follow, Like, Mention, Retweet};
    assert_eq!([Follow, Like, Retweet, Comment, Mention].map(of), [6, 9, 4, 1, 4], "{all:#?}");
    for process in [0, 1, 0] {
        assert_eq!(world.hand(process, &records).await, Vec::<String>::new());
    }
    assert_eq!(world.items("SocialTable").await, before);
    assert_eq!(notifications(&world).await, all);
    world.assert_inboxes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_batching_and_order_by_two_processes_ends_the_same() {
    let world = World::start();
    let records = busy(&world).await;
    let whole = World::start();
    let all = busy(&whole).await;
    assert_eq!(all.len(), records.len());
    whole.hand(0, &all).await;
    let mut random = Dice::new();
    for _ in 0..12 {
        let [one, other] = [random.cut(&records), random.cut(&records)];
        let (first, second) = tokio::join!(world.hand(0, one), world.hand(1, other));
        assert_eq!((first, second), (Vec::new(), Vec::new()));
    }
    let reversed: Vec<Value> = records.iter().rev().cloned().collect();
    for some in reversed.chunks(7) {
        let (first, second) = tokio::join!(world.hand(0, some), world.hand(1, some));
        assert_eq!((first, second), (Vec::new(), Vec::new()));
    }
    world.assert_counts().await;
    world.assert_inboxes().await;
    assert_eq!(notifications(&world).await.len(), notifications(&whole).await.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_record_fails_alone() {
    let world = World::start();
    let [a, b] = world.users::<2>().await;
    world.follow(a, b).await;
    let mut records = world.records().await;
    let nonsense = [("pk", "U#1"), ("sk", "FOLLOW#2"), ("other", "x")]
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned())))
        .into();
    records.insert(0, stream_record("41", None, Some(&nonsense)));
    records.insert(1, json!({ "dynamodb": { "SequenceNumber": "42" } }));
    assert_eq!(world.hand(0, &records).await, ["41", "42"]);
    world.assert_counts().await;
    assert_eq!(world.tables.profiles.by_id(b).await.unwrap().unwrap().followers, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn irrelevant_records_have_no_effect() {
    let world = World::start();
    let [a, b] = world.users::<2>().await;
    world.block(a, b).await;
    world.relations.mute(b, a, world.edge()).await.unwrap();
    world.settle().await;
    world.tweet(a, "Nobody follows").await;
    world.settle().await;
    for (who, whom) in [(a, b), (b, a)] {
        let between = world.relations.between(who, whom).await.unwrap().unwrap();
        world.relations.unblock(who, between).await.unwrap();
        let between = world.relations.between(who, whom).await.unwrap().unwrap();
        world.relations.unmute(who, between).await.unwrap();
    }
    let before = (world.items("FeedTable").await, world.items("JobsTable").await);
    let records = world.records().await;
    assert!(records.len() >= 4);
    assert_eq!(world.hand(0, &records).await, Vec::<String>::new());
    assert_eq!((world.items("FeedTable").await, world.items("JobsTable").await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_event_is_an_error() {
    let world = World::start();
    for event in [json!({}), json!([]), json!({ "detail-type": "Scheduled Event" }), json!("x")] {
        assert!(world.feeds[0].handle(event, world.now().plus_seconds(60)).await.is_err());
    }
}

/// Their tweets and users do not exist, so nothing is counted and nobody is notified.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_events_are_understood() {
    let world = World::start();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if !entry.file_name().to_str().unwrap().starts_with("feed-") {
            continue;
        }
        let event = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
        let answer = world.feeds[0].handle(event, world.now().plus_seconds(60)).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }), "{:?}", entry.file_name());
        seen += 1;
    }
    assert_eq!(seen, 4);
    assert!(notifications(&world).await.is_empty());
}

/// Thirty users like a tweet, unlike it and like it again: more records than fit in one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn more_records_of_a_counter_than_fit_a_transaction_are_counted() {
    let world = World::start();
    let users = world.users::<30>().await;
    let tweet = world.tweet(users[0], "Hello").await;
    let mut records = world.records().await;
    for round in 0..3 {
        for user in users {
            if round == 1 { world.unlike(user, &tweet).await } else { world.like(user, &tweet).await }
        }
        records.extend(world.records().await);
    }
    assert!(records.len() > 90, "{}", records.len());
    let (one, other) = tokio::join!(world.hand(0, &records), world.hand(1, &records[20..]));
    assert_eq!((one, other), (Vec::new(), Vec::new()));
    world.assert_counts().await;
    assert_eq!(world.tweets.by_id(tweet.id).await.unwrap().unwrap().likes, 30);
    assert_eq!(world.notifications.unread(users[0], world.now()).await.unwrap(), 29);
}

/// Random slices of a batch.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let entropy: &dyn aviary_model::Entropy = &Random;
        let seed = u64::from_le_bytes(entropy.bytes().unwrap());
        println!("the dice begin with {seed}");
        Self(seed)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn cut<'a>(&mut self, records: &'a [Value]) -> &'a [Value] {
        let (one, other) = (self.below(records.len()), self.below(records.len()));
        &records[one.min(other)..=one.max(other)]
    }
}
