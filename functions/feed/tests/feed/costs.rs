//! The cost of what follows from a write: in `feed` per record, in `worker` per follower, whatever their number.
//!
//! Reads are exact. The cost that transactions and indexes add to a write differs between DynamoDB and the local one,
//! so writes have an upper bound. `docs/operations/cost.md` lists the figures, which a run with `--no-capture` prints.

use aviary_model::UserId;
use aviary_store::Tweet;
use aviary_telemetry::{Cost, Meter};

use crate::world::{Random, World};

impl World {
    /// The cost of one batch with all changes since the last call, and of the jobs that it wrote.
    async fn costs(&self) -> (Cost, Cost) {
        let records = self.records().await;
        let (feed, worker) = (Meter::default(), Meter::default());
        let failed = feed.scope(self.hand(0, &records)).await;
        assert_eq!(failed, Vec::<String>::new());
        worker.scope(self.work()).await;
        // The changes of counters have no effects.
        assert_eq!(self.hand(0, &self.records().await).await, Vec::<String>::new());
        (feed.cost(), worker.cost())
    }

    /// Lets this many users without account follow the author, with all records delivered and no job left.
    async fn gather(&self, author: UserId, count: usize) -> Vec<UserId> {
        let people: Vec<UserId> = (0..count).map(|_| UserId::new(self.now(), &Random).unwrap()).collect();
        for some in people.chunks(16) {
            futures_util::future::join_all(some.iter().map(|person| self.follow(*person, author))).await;
        }
        for some in self.records().await.chunks(100) {
            assert_eq!(self.hand(0, some).await, Vec::<String>::new());
        }
        for (pk, _) in self.items("JobsTable").await.into_keys() {
            self.tables.jobs.done(pk.strip_prefix("J#").unwrap().parse().unwrap()).await.unwrap();
        }
        people
    }
}

/// The cost that each of `more` additional things adds.
fn each(few: Cost, many: Cost, more: f64) -> (f64, f64) {
    ((many.rcu - few.rcu) / more, (many.wcu - few.wcu) / more)
}

#[track_caller]
fn assert_cost(what: &str, cost: Cost, rcu: f64, wcu: f64) {
    println!("{what}: {} RCU, {} WCU", cost.rcu, cost.wcu);
    assert!(cost.rcu <= rcu && cost.wcu <= wcu, "{what}: {cost:?}, more than {rcu} and {wcu}");
}

#[track_caller]
fn assert_each(what: &str, (reads, writes): (f64, f64), rcu: f64, wcu: f64) {
    println!("{what}: {reads} RCU, {writes} WCU each");
    assert!(reads <= rcu && writes <= wcu, "{what}: {reads} and {writes}, more than {rcu} and {wcu}");
}

/// The cost of each act in a world with this many followers, likes and unread notifications.
async fn acts(crowd: usize) -> Vec<(&'static str, Cost)> {
    let world = World::start();
    let [author, actor, other] = world.users::<3>().await;
    let tweet = world.tweet(author, "Hello").await;
    let people = world.gather(author, crowd).await;
    for some in people.chunks(16) {
        futures_util::future::join_all(some.iter().map(|person| world.like(*person, &tweet))).await;
    }
    for some in world.records().await.chunks(100) {
        assert_eq!(world.hand(0, some).await, Vec::<String>::new());
    }
    let mut costs = Vec::new();
    world.like(actor, &tweet).await;
    costs.push(("a like", world.costs().await.0));
    world.unlike(actor, &tweet).await;
    costs.push(("a like that is taken back", world.costs().await.0));
    world.comment(actor, &tweet, "Nice").await;
    costs.push(("a comment", world.costs().await.0));
    world.retweet(actor, &tweet).await;
    costs.push(("a retweet", world.costs().await.0));
    world.follow(actor, author).await;
    costs.push(("a follow", world.costs().await.0));
    world.unfollow(actor, author).await;
    costs.push(("the end of a follow", world.costs().await.0));
    world.tweet(author, "Once more").await;
    costs.push(("a tweet", world.costs().await.0));
    world.tweet(other, "Hello @user0").await;
    costs.push(("a tweet that mentions somebody", world.costs().await.0));
    world.relations.mute(other, actor, world.edge()).await.unwrap();
    costs.push(("a mute", world.costs().await.0));
    costs
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acts_effects_cost_the_same_in_any_crowd() {
    let (few, many) = (acts(10).await, acts(300).await);
    for ((what, few), (_, many)) in few.iter().zip(&many) {
        assert_eq!((few.rcu, few.wcu, few.calls), (many.rcu, many.wcu, many.calls), "{what}");
        assert_cost(what, *many, 9.0, 16.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_likes_is_counted_together() {
    let world = World::start();
    let [author] = world.users::<1>().await;
    let tweet = world.tweet(author, "Hello").await;
    world.settle().await;
    let [few, many] = [1, 41].map(|count: usize| (0..count).map(|_| UserId::new(world.now(), &Random).unwrap()));
    let mut costs = Vec::new();
    for people in [few, many] {
        for person in people {
            world.like(person, &tweet).await;
        }
        costs.push(world.costs().await.0);
    }
    // Each like has its own mark; the tweet is written once. Likes of users without account notify nobody.
    assert_each("a like in a batch", each(costs[0], costs[1], 40.0), 2.0, 2.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_out_and_its_removal_cost_the_same_per_follower() {
    let world = World::start();
    let [few, many, stranger] = world.users::<3>().await;
    for (author, crowd) in [(few, 10), (many, 210)] {
        world.gather(author, crowd).await;
    }
    let strange: Tweet = world.tweet(stranger, "Strange").await;
    world.settle().await;
    let (mut fanned_out, mut retweeted, mut withdrawn, mut removed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for author in [few, many] {
        let tweet = world.tweet(author, "Hello").await;
        fanned_out.push(world.costs().await.1);
        world.retweet(author, &strange).await;
        retweeted.push(world.costs().await.1);
        world.unretweet(author, &strange).await;
        withdrawn.push(world.costs().await.1);
        assert!(world.tweets.delete(&tweet, &world.tables.jobs, world.now()).await.unwrap());
        removed.push(world.costs().await.1);
    }
    // One entry in the table and in its two indexes. By chance, one reader in 512 gets a job that trims the timeline.
    let with_trims = |units: f64| units + 0.4;
    assert_each("a tweet per follower", each(fanned_out[0], fanned_out[1], 200.0), 0.1, with_trims(3.0));
    assert_each("a retweet per follower", each(retweeted[0], retweeted[1], 200.0), 0.1, with_trims(3.0));
    // The entry is read with its other sources, and removed on the condition that it is unchanged.
    assert_each("an undone retweet per follower", each(withdrawn[0], withdrawn[1], 200.0), 5.1, with_trims(6.0));
    assert_each("a deletion per follower", each(removed[0], removed[1], 200.0), 0.1, with_trims(3.0));
    assert_cost("the rest of a fan-out", fanned_out[0], 12.0, 10.0 * 3.0 + 12.0 + 20.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_follower_costs_as_much_as_the_backfill() {
    let world = World::start();
    let [author, reader] = world.users::<2>().await;
    for number in 0..25 {
        world.tweet(author, &format!("Number {number}")).await;
    }
    world.settle().await;
    world.follow(reader, author).await;
    let (_, backfill) = world.costs().await;
    assert_cost("a follow with twenty earlier tweets", backfill, 12.0, 20.0 * 3.0 + 12.0);
    world.clock.forward(61);
    let again = Meter::default();
    again.scope(world.work()).await;
    assert_cost("the same again, a minute later", again.cost(), 12.0, 40.0);
}
