//! The real feed as a separate process, killed after each of its calls in a batch. Another process gets the batch again,
//! whole or in parts, and nothing is doubled or lost.

use std::collections::BTreeSet;

use aviary_model::{Clock, TweetId, UserId};
use aviary_runtime::SystemClock;
use aviary_store::NotificationKind::{self, Comment, Follow, Like, Mention, Retweet};
use e2e::{Fault, FaultProxy, Function, Service};
use serde_json::{Value, json};

use crate::world::{Key, NOW, World};

/// A batch with fewer calls would prove too little.
const FEWEST_CALLS: usize = 10;

/// A feed behind a proxy.
struct Process {
    function: Function,
    proxy: FaultProxy,
}

impl Process {
    /// Starts a feed that meets the fault at the call with this number.
    fn start(world: &World, at: usize, fault: Fault) -> Self {
        let (dynamodb_url, aws_url) = (world.local.dynamodb_url(), world.local.aws_url());
        let service = Service::without_gateway(&dynamodb_url, &aws_url, "aviary-local");
        let proxy = FaultProxy::start(&dynamodb_url, move |call| Fault::at(call.number, at, fault.clone()));
        let url = proxy.url();
        let function = Function::start_with(&service, "feed", &[("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())]);
        proxy.aim_at(function.pid());
        Self { function, proxy }
    }

    fn undisturbed(world: &World) -> Self {
        Self::start(world, 0, Fault::Pass)
    }

    /// Hands a batch to the process. False if it died.
    fn hand(&mut self, records: &[Value]) -> bool {
        let event = json!({ "Records": records });
        let output = tokio::task::block_in_place(|| self.function.output_unless_killed(&event));
        let Some(output) = output else { return false };
        let output: Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(output, json!({ "batchItemFailures": [] }));
        true
    }
}

/// Four users, and a batch of what they did.
struct Scene {
    /// Each user's expected notifications: kind and actor.
    expected: Vec<(UserId, Vec<(NotificationKind, UserId)>)>,
    /// The tweet that two timelines get.
    tweet: TweetId,
    retweeted: TweetId,
    records: Vec<Value>,
    /// The jobs that existed before the batch.
    jobs: BTreeSet<Key>,
}

impl Scene {
    async fn act(world: &World, name: &str) -> Self {
        let named = |who: &str| format!("{who}{name}");
        let author = world.user(&named("author")).await;
        let fan = world.user(&named("fan")).await;
        let reader = world.user(&named("reader")).await;
        let other = world.user(&named("other")).await;
        world.records().await;
        world.follow(fan, author).await;
        world.follow(reader, fan).await;
        let earlier = world.tweet(author, "Hello").await;
        assert_eq!(world.hand(0, &world.records().await).await, Vec::<String>::new());
        // The changes of counters are not part of the batch.
        world.records().await;
        let jobs = world.items("JobsTable").await.into_keys().collect();

        world.follow(reader, author).await;
        world.follow(author, fan).await;
        let tweet = world.tweet(author, &format!("Hello @fan{name} and @other{name}")).await;
        for who in [fan, reader, other] {
            world.like(who, &earlier).await;
        }
        world.retweet(fan, &earlier).await;
        let comment = world.comment(reader, &earlier, &format!("@other{name} look")).await;
        world.like_comment(fan, &comment).await;
        let by_author = vec![
            (Follow, fan),
            (Follow, reader),
            (Like, fan),
            (Like, reader),
            (Like, other),
            (Retweet, fan),
            (Comment, reader),
        ];
        let expected = vec![
            (author, by_author),
            (fan, vec![(Follow, reader), (Follow, author), (Mention, author)]),
            (reader, vec![(Like, fan)]),
            (other, vec![(Mention, author), (Mention, reader)]),
        ];
        Self { expected, tweet: tweet.id, retweeted: earlier.id, records: world.records().await, jobs }
    }

    /// Asserts the state after the batch.
    async fn assert_done(&self, world: &World) {
        world.assert_counts().await;
        world.assert_inboxes().await;
        for (recipient, expected) in &self.expected {
            assert_eq!(lines(&world.notifications_of(*recipient).await), lines(expected), "of {recipient}");
            let unread = world.notifications.unread(*recipient, world.now()).await.unwrap();
            assert_eq!(usize::try_from(unread).unwrap(), expected.len());
        }
        self.assert_jobs(world).await;
    }

    /// Asserts that the batch wrote exactly the expected jobs.
    async fn assert_jobs(&self, world: &World) {
        let jobs = world.items("JobsTable").await;
        let new = jobs.into_iter().filter(|(key, _)| !self.jobs.contains(key));
        let mut tasks: Vec<String> = new.map(|(_, job)| format!("{:?}", job["task"])).collect();
        for (kind, tweet) in [("fan_out", Some(self.tweet)), ("fan_out", Some(self.retweeted)), ("backfill", None)] {
            let count = if tweet.is_none() { 2 } else { 1 };
            let is_it = |task: &String| {
                task.contains(&format!("\"{kind}\"")) && tweet.is_none_or(|tweet| task.contains(&tweet.to_string()))
            };
            assert_eq!(tasks.iter().filter(|task| is_it(task)).count(), count, "{kind} in {tasks:#?}");
            tasks.retain(|task| !is_it(task));
        }
        assert_eq!(tasks, Vec::<String>::new(), "nothing else follows");
    }
}

/// Sorted texts of notifications, for comparison.
fn lines(notifications: &[(NotificationKind, UserId)]) -> Vec<String> {
    let mut lines: Vec<String> =
        notifications.iter().map(|(kind, actor)| format!("{} by {actor}", kind.as_str())).collect();
    lines.sort();
    lines
}

/// The number of timelines that have a tweet.
async fn readers(world: &World, tweet: TweetId) -> usize {
    let sort_key = format!("HOME#{tweet}");
    world.items("FeedTable").await.keys().filter(|(_, sk)| *sk == sort_key).count()
}

/// A world whose clock shows the system's time, as the processes' clocks do.
fn world() -> World {
    let world = World::start();
    world.clock.forward((SystemClock.now().millis() - NOW.millis()) / 1_000);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn others_finish_the_batch_of_a_killed_feed() {
    let world = world();
    let mut others = Process::undisturbed(&world);
    let mut tweets = Vec::new();
    let first = Scene::act(&world, "first").await;
    assert!(others.hand(&first.records));
    first.assert_done(&world).await;
    let calls = others.proxy.calls();
    assert!(calls >= FEWEST_CALLS, "only {calls} calls: the batch does too little to prove anything");
    tweets.push(first.tweet);

    for at in 1..=calls {
        let scene = Scene::act(&world, &at.to_string()).await;
        let (one, other) = scene.records.split_at(1 + at % (scene.records.len() - 1));
        let survived = Process::start(&world, at, Fault::KillAfter).hand(&scene.records);
        // Concurrent writes may need one call more or less.
        assert!(!survived || at + 2 > calls, "the feed was not killed at call {at} of {calls}");
        if at % 2 == 0 {
            assert!(others.hand(&scene.records));
        } else {
            // The next process dies too, before another call arrives; then the batch is delivered in two parts.
            Process::start(&world, 1 + at * 7 % calls, Fault::KillBefore).hand(&scene.records);
            assert!(others.hand(one) && others.hand(other));
        }
        scene.assert_done(&world).await;
        tweets.push(scene.tweet);
    }
    // The processes' clocks have advanced meanwhile.
    world.clock.forward(120);
    world.settle().await;
    for tweet in tweets {
        assert_eq!(readers(&world, tweet).await, 2);
    }
    world.assert_counts().await;
    world.assert_inboxes().await;
}
